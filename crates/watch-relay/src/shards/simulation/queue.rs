//! What is going to happen in the world, in order.

use std::collections::BTreeMap;

use crate::shards::request::{Outcome, Request};

/// Times are milliseconds of the world's clock.
pub(super) type Millis = u64;

/// What happens to a replica.
#[derive(Debug)]
pub(super) enum Event {
    /// Its wait is over, if it has not begun another one since.
    Wake { number: u64 },
    /// Its watch shows what has changed.
    Watch,
    /// Its request arrives at the server.
    Request { id: u64, request: Request },
    /// The response to its request arrives.
    Response { id: u64, name: String, outcome: Outcome },
    /// The response has taken too long.
    Timeout { id: u64, name: String },
    /// Its caller has stopped.
    Stopped { shard: u32 },
}

/// Happenings by time; those of the same time in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Queue {
    events: BTreeMap<(Millis, u64), (usize, Event)>,
    sequence: u64,
}

impl Queue {
    /// Returns a number that was not there before.
    pub(super) fn number(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    pub(super) fn push(&mut self, time: Millis, replica: usize, event: Event) {
        let number = self.number();
        self.events.insert((time, number), (replica, event));
    }

    /// Returns what happens next, and when, unless it is after this time.
    pub(super) fn pop(&mut self, end: Millis) -> Option<(Millis, usize, Event)> {
        let entry = self.events.first_entry().filter(|entry| entry.key().0 <= end)?;
        let ((time, _), (replica, event)) = entry.remove_entry();
        Some((time, replica, event))
    }
}
