//! Idle timeouts: detects a server that sends nothing, and reconnects, falls back to paged lists, or ends the
//! stream.

use std::time::{Duration, Instant};

use crate::error::Kind;
use crate::machine::core::Machine;
use crate::machine::injected_bug::InjectedBug;
use crate::machine::state::State;
use crate::status::Cause;

/// For the head of a response.
const RESPONSE_TIMEOUT: Duration = Duration::from_mins(1);
/// For more of a list, and for an event or bookmark if bookmarks were requested. Servers send
/// bookmarks about once a minute without a guarantee, so after this the watch is restarted from its
/// version, which costs little.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// For the rest of an HTTP error's body.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Added to the timeout that the watch was requested with.
const WATCH_TIMEOUT_MARGIN: Duration = Duration::from_secs(30);

impl Machine {
    /// Returns when the current request, response or body times out.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::AwaitingResponse { since } => Some(*since + RESPONSE_TIMEOUT),
            State::Listing { last_received, .. } => Some(*last_received + IDLE_TIMEOUT),
            State::Rejected { last_received, .. } => Some(*last_received + ERROR_BODY_TIMEOUT),
            State::Watching { frames, since, last_received, initial, .. } => {
                let end = self.watch_timeout.map(|limit| *since + limit + WATCH_TIMEOUT_MARGIN);
                let idle = if self.relist.is_some() {
                    Some(initial.deadline((!frames.is_empty()).then_some(*last_received)))
                } else {
                    self.requests.bookmarks().then_some(*last_received + IDLE_TIMEOUT)
                };
                end.into_iter().chain(idle).min()
            }
            _ => None,
        }
    }

    /// Reports that the deadline has passed without progress.
    pub fn on_idle_timeout(&mut self, now: Instant) {
        let Some(deadline) = self.deadline().filter(|deadline| *deadline <= now) else { return };
        match &self.state {
            // The HTTP status is enough.
            State::Rejected { .. } => self.on_end(now),
            State::Watching { .. } if self.relist.is_some() => self.streaming_list_unsupported(),
            State::AwaitingResponse { since } | State::Watching { since, .. } => {
                let idle_for = deadline - *since;
                if matches!(self.state, State::Watching { .. })
                    && !self.has_bug(InjectedBug::IgnoreSilentWatches)
                {
                    self.hidden_gap.watch_silent(self.requests_oldest_event);
                }
                self.disconnected(Cause::IdleTimeout, Kind::IdleTimeout(idle_for), now);
            }
            State::Listing { .. } => {
                self.disconnected(Cause::IdleTimeout, Kind::IdleTimeout(IDLE_TIMEOUT), now);
            }
            _ => {}
        }
    }
}
