//! How long to wait for a server that says nothing.

use std::time::{Duration, Instant};

use crate::protocol::error::Kind;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::state::State;
use crate::protocol::status::Cause;

/// For the head of an answer.
const RESPONSE_TIMEOUT: Duration = Duration::from_mins(1);
/// For more of a list, and for an event or bookmark where bookmarks were asked for. Servers send them
/// about once a minute, but promise nothing: after this the watch is asked for again from where it
/// was, which costs little.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// For the rest of an HTTP error.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// For more of a streamed state, before it is taken for one whose end will not be told: servers that
/// do not know `sendInitialEvents` ignore it.
const STREAMING_LIST_TIMEOUT: Duration = Duration::from_secs(10);
/// Beyond the time that a watch was to last.
const WATCH_TIMEOUT_MARGIN: Duration = Duration::from_secs(30);

impl Machine {
    /// When to give up waiting for what is under way.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::AwaitingResponse { since } => Some(*since + RESPONSE_TIMEOUT),
            State::Listing { last_received, .. } => Some(*last_received + IDLE_TIMEOUT),
            State::Rejected { last_received, .. } => Some(*last_received + ERROR_BODY_TIMEOUT),
            State::Watching { since, last_received, .. } => {
                let end = self.watch_timeout.map(|limit| *since + limit + WATCH_TIMEOUT_MARGIN);
                let silence = if self.relist.is_some() {
                    Some(*last_received + STREAMING_LIST_TIMEOUT)
                } else {
                    self.requests.bookmarks().then_some(*last_received + IDLE_TIMEOUT)
                };
                end.into_iter().chain(silence).min()
            }
            _ => None,
        }
    }

    /// Time has passed, and nothing has come of what is under way.
    pub(crate) fn on_deadline(&mut self, now: Instant) {
        let Some(deadline) = self.deadline().filter(|deadline| *deadline <= now) else { return };
        match &self.state {
            // The status alone says enough.
            State::Rejected { .. } => self.on_end(now),
            State::Watching { .. } if self.relist.is_some() => self.streaming_list_unsupported(),
            State::AwaitingResponse { since } | State::Watching { since, .. } => {
                let silent_for = deadline - *since;
                self.disconnected(Cause::IdleTimeout, Kind::IdleTimeout(silent_for), now);
            }
            State::Listing { .. } => {
                self.disconnected(Cause::IdleTimeout, Kind::IdleTimeout(IDLE_TIMEOUT), now)
            }
            _ => {}
        }
    }
}
