//! What is going to happen, in order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::Micros;

/// What happens. Replicas, instances and requests are numbers that are used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A replica's decisions have waited long enough, unless they have begun to wait again since.
    Wake {
        replica: u32,
        wait: u32,
    },
    /// A replica's watch of Leases shows what has changed.
    LeaseWatch {
        replica: u32,
    },
    LeaseRequest {
        request: u32,
    },
    LeaseResponse {
        request: u32,
    },
    LeaseTimeout {
        request: u32,
    },
    /// An instance's step is done, unless it has begun another one since.
    Step {
        instance: u32,
        step: u32,
    },
    /// An instance is aborted, if it still runs.
    Abort {
        instance: u32,
    },
    /// A fault of the schedule begins.
    Fault {
        at: u32,
    },
    /// The replica of a place is started again.
    Start {
        place: u32,
    },
    /// A replica's pause is over.
    Resume {
        replica: u32,
    },
}

/// Events by time; those of the same time in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Reverse<(Micros, u64, Event)>>,
    number: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, time: Micros, event: Event) {
        self.number += 1;
        self.heap.push(Reverse((time, self.number, event)));
    }

    /// Returns what happens next, and when, unless it is after this time.
    pub(crate) fn pop(&mut self, end: Micros) -> Option<(Micros, Event)> {
        let Reverse((time, ..)) = self.heap.peek()?;
        if *time > end {
            return None;
        }
        self.heap.pop().map(|Reverse((time, _, event))| (time, event))
    }
}
