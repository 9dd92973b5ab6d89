//! Handles a server that was rolled back (etcd restored): its versions are older than the stream's.
//! A bookmark (`events`), a list (`relist`) or a version probe (`version_probe`) detects it.

use crate::error::Kind;
use crate::index::Index;
use crate::machine::core::Machine;
use crate::status::Cause;

impl Machine {
    /// Whether the server was rolled back and no relist has synced since. True without an index,
    /// which has no delivered versions to compare with.
    pub(super) fn versions_untrusted(&self) -> bool {
        self.watcher_state.index.as_ref().is_none_or(Index::is_untrusted)
    }

    /// The server is at an older version than the stream. A relist finds the changes, but it cannot
    /// trust versions: the server may have assigned a delivered version again, to a different
    /// state. Every listed object is delivered.
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
