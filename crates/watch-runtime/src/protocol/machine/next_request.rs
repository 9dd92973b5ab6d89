//! The next request of a stream, and why it is made.

use std::time::Instant;

use crate::protocol::event::Origin;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::state::State;
use crate::protocol::machine::step::{Purpose, Sending};
use crate::protocol::settings::InitialList;

impl Machine {
    pub(super) fn request(&mut self, now: Instant) -> Sending {
        self.state = State::Asking { since: now };
        let cause = self.why.take();
        self.status.restarts += u64::from(cause.is_some());
        if self.probing {
            return Sending { request: self.plan.probe(), purpose: Purpose::Probe, cause };
        }
        if self.taking.as_ref().is_some_and(|taking| taking.continue_.is_none()) {
            self.begin_state();
        }
        if !self.lists() {
            self.limit = self.plan.timeout(&mut self.rng);
        }
        let (request, purpose) = match &self.taking {
            Some(taking) if taking.streamed => {
                (self.plan.stream_state(self.limit), Purpose::StreamedState)
            }
            Some(taking) => {
                // Once something was delivered, an older state would take it back.
                let stale = taking.origin == Origin::Initial
                    && self.plan.initial_list() == InitialList::WatchCache
                    && self.memory.index.as_ref().is_none_or(|index| index.len() == 0);
                (self.plan.list(taking.continue_.as_deref(), stale), Purpose::List)
            }
            None => (self.plan.watch(self.version.as_deref(), self.limit), Purpose::Watch),
        };
        Sending { request, purpose, cause }
    }
}
