//! Reports the machine's phase and list progress for the stream's status.

use std::time::Instant;

use crate::index::Index;
use crate::machine::core::Machine;
use crate::machine::state::State;
use crate::status::{Cause, Interruption, Phase, WatchStatus};

impl Machine {
    /// Returns the status, without the version.
    pub fn status(&mut self, now: Instant) -> &WatchStatus {
        self.status.phase = self.phase(now);
        self.status.interruption = match self.status.phase {
            Phase::Live | Phase::Stopped => None,
            _ => self.failures.interruption,
        };
        self.status.unreachable = match self.status.interruption {
            Some(Interruption { cause: Cause::Unreachable, .. }) => {
                self.failures.unreachable.clone()
            }
            _ => None,
        };
        self.status.indexed_objects = self.watcher_state.index.as_ref().map_or(0, Index::len);
        &self.status
    }

    pub(super) fn phase(&self, now: Instant) -> Phase {
        match (&self.state, &self.relist) {
            (State::Ended(_), _) => Phase::Stopped,
            (State::BackingOff { wait, cause, reported }, _) => match self.status.phase {
                // The sleep has begun, and its end is fixed.
                phase @ Phase::BackingOff { .. } if *reported => phase,
                _ => Phase::BackingOff { until: now + *wait, cause: *cause },
            },
            (State::Ready | State::AwaitingResponse { .. } | State::Rejected { .. }, _)
            | (State::Listing { .. }, None) => Phase::Connecting,
            (State::Listing { .. } | State::Watching { .. }, Some(relist)) => {
                Phase::Listing { done: relist.done, remaining: relist.remaining }
            }
            (State::Watching { .. }, None) => Phase::Live,
        }
    }
}
