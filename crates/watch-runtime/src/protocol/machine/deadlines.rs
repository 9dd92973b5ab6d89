//! How long to wait for a server that says nothing.

use std::time::{Duration, Instant};

use crate::protocol::error::Kind;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::state::State;
use crate::protocol::status::Cause;

/// For the head of an answer.
const ANSWER: Duration = Duration::from_mins(1);
/// For more of a list, and for an event or bookmark where bookmarks were asked for. Servers send them
/// about once a minute, but promise nothing: after this the watch is asked for again from where it
/// was, which costs little.
const SILENCE: Duration = Duration::from_secs(90);
/// For the rest of an HTTP error.
const REFUSAL: Duration = Duration::from_secs(10);
/// For more of a streamed state, before it is taken for one whose end will not be told: servers that
/// do not know `sendInitialEvents` ignore it.
const STREAMED_STATE: Duration = Duration::from_secs(10);
/// Beyond the time that a watch was to last.
const MARGIN: Duration = Duration::from_secs(30);

impl Machine {
    /// When to give up waiting for what is under way.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Asking { since } => Some(*since + ANSWER),
            State::Listing { heard, .. } => Some(*heard + SILENCE),
            State::Refused { heard, .. } => Some(*heard + REFUSAL),
            State::Watching { since, heard, .. } => {
                let end = self.limit.map(|limit| *since + limit + MARGIN);
                let silence = if self.taking.is_some() {
                    Some(*heard + STREAMED_STATE)
                } else {
                    self.plan.bookmarks().then_some(*heard + SILENCE)
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
            State::Refused { .. } => self.on_end(now),
            State::Watching { .. } if self.taking.is_some() => self.cannot_stream(),
            State::Asking { since } | State::Watching { since, .. } => {
                let silent_for = deadline - *since;
                self.cut(Cause::IdleTimeout, Kind::IdleTimeout(silent_for), now);
            }
            State::Listing { .. } => self.cut(Cause::IdleTimeout, Kind::IdleTimeout(SILENCE), now),
            _ => {}
        }
    }
}
