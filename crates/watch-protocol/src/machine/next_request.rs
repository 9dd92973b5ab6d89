//! The stream's next request: a version probe, a list page, a streaming list or a watch.

use std::time::Instant;

use crate::event::Origin;
use crate::machine::core::Machine;
use crate::machine::state::State;
use crate::machine::step::{OutgoingRequest, Purpose};
use crate::settings::InitialList;

impl Machine {
    pub(super) fn next_request(&mut self, now: Instant) -> OutgoingRequest {
        self.state = State::AwaitingResponse { since: now };
        let cause = self.restart_cause.take();
        self.status.restarts += u64::from(cause.is_some());
        if self.probing_version {
            return OutgoingRequest {
                request: self.requests.version_probe(),
                purpose: Purpose::VersionProbe,
                cause,
            };
        }
        if self.relist.as_ref().is_some_and(|relist| relist.continue_token.is_none()) {
            self.begin_relist_attempt();
        }
        if !self.requests_list() {
            self.watch_timeout = self.requests.timeout(&mut self.rng);
        }
        let (request, purpose) = match &self.relist {
            Some(relist) if relist.streaming => {
                (self.requests.streaming_list(self.watch_timeout), Purpose::StreamingList)
            }
            Some(relist) => {
                // Once objects were delivered, an older state would revert them.
                let stale = relist.origin == Origin::Initial
                    && self.requests.initial_list() == InitialList::WatchCache
                    && self.watcher_state.index.as_ref().is_none_or(|index| index.len() == 0);
                (self.requests.list(relist.continue_token.as_deref(), stale), Purpose::List)
            }
            None => {
                (self.requests.watch(self.version.as_deref(), self.watch_timeout), Purpose::Watch)
            }
        };
        OutgoingRequest { request, purpose, cause }
    }
}
