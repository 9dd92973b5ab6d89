//! Whether the server has reached the version that the stream stands at.
//!
//! Kubernetes 1.20 and others accept a watch from a version that they have yet to reach, and stay silent
//! until they do. So does a server that was set back to an older state, as etcd is from a backup. Such
//! a watch looks like one on which nothing happens; but where bookmarks were asked for and none came for
//! so long, the smallest of lists is asked for, which tells the version that the server has reached.
//! One that passes the stream's version before that goes undetected: the protocol has no more to tell.

use crate::protocol::error::Kind;
use crate::protocol::index::Index;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::injected_bug::InjectedBug;
use crate::protocol::machine::state::State;
use crate::protocol::status::Cause;
use crate::protocol::version::is_older;

impl Machine {
    /// Whether silence leaves a doubt about the version.
    pub(super) fn is_to_probe(&self) -> bool {
        let watching = matches!(self.state, State::Watching { .. }) && self.taking.is_none();
        watching
            && !self.failures.is_confirmed()
            && self.version().is_some()
            && !self.has_bug(InjectedBug::BelievesEveryVersion)
    }

    /// The server is at this version.
    pub(super) fn probed(&mut self, current: Option<&str>) {
        self.probing = false;
        // A server that has said so often that it has yet to reach the version need only not deny it.
        let said_so = self.failures.take_too_large();
        match (current, self.version()) {
            (Some(current), Some(ours))
                if is_older(current, ours)
                    || (said_so && current != ours && !is_older(ours, current)) =>
            {
                self.set_back(current.to_owned());
            }
            _ => {
                self.failures.confirmed();
                self.state = State::Ready;
            }
        }
    }

    /// The answer was no list: the stream goes on as if nothing had been asked.
    pub(super) fn not_probed(&mut self) {
        self.probing = false;
        self.failures.confirmed();
        self.state = State::Ready;
    }

    /// Whether the server is known to have been set back, and its state not told since. Where nothing is
    /// kept in mind, there is nothing to doubt.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.memory.index.as_ref().is_none_or(Index::is_doubted)
    }

    /// The server is at an older version than the stream: what happened since it was set back is found
    /// out as any gap is, but that versions tell nothing. A version that the consumer knows may since have
    /// been given once more, to something else; so whatever there is, is told.
    pub(super) fn set_back(&mut self, current: String) {
        let Some(index) = &mut self.memory.index else {
            let ours = self.version().unwrap_or_default().to_owned();
            return self.end(Kind::ServerRolledBack { ours, current });
        };
        index.doubt();
        self.inject_trust();
        self.again_at_once_or_later(Cause::ServerRolledBack);
        self.repair();
    }
}
