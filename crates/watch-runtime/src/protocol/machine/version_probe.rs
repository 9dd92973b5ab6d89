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
    pub(super) fn should_probe_version(&self) -> bool {
        let watching = matches!(self.state, State::Watching { .. }) && self.relist.is_none();
        watching
            && !self.failures.is_version_confirmed()
            && self.version().is_some()
            && !self.has_bug(InjectedBug::SkipVersionProbe)
    }

    /// The server is at this version.
    pub(super) fn version_probed(&mut self, current: Option<&str>) {
        self.probing_version = false;
        // A server that has said so often that it has yet to reach the version need only not deny it.
        let said_so = self.failures.take_repeated_too_large();
        match (current, self.version()) {
            (Some(current), Some(ours))
                if is_older(current, ours)
                    || (said_so && current != ours && !is_older(ours, current)) =>
            {
                self.handle_rollback(current.to_owned());
            }
            _ => {
                self.failures.version_confirmed();
                self.state = State::Ready;
            }
        }
    }

    /// The answer was no list: the stream goes on as if nothing had been asked.
    pub(super) fn version_probe_failed(&mut self) {
        self.probing_version = false;
        self.failures.version_confirmed();
        self.state = State::Ready;
    }

    /// Whether the server is known to have been set back, and its state not told since. Where nothing is
    /// kept in mind, there is nothing to doubt.
    pub(super) fn versions_untrusted(&self) -> bool {
        self.watcher_state.index.as_ref().is_none_or(Index::is_untrusted)
    }

    /// The server is at an older version than the stream: what happened since it was set back is found
    /// out as any gap is, but that versions tell nothing. A version that the consumer knows may since have
    /// been given once more, to something else; so whatever there is, is told.
    pub(super) fn handle_rollback(&mut self, current: String) {
        let Some(index) = &mut self.watcher_state.index else {
            let ours = self.version().unwrap_or_default().to_owned();
            return self.end_with(Kind::ServerRolledBack { ours, current });
        };
        index.mark_untrusted();
        self.inject_trusted_versions();
        self.retry_or_back_off(Cause::ServerRolledBack);
        self.repair_gap();
    }
}
