//! The shard of a stream: objects of others are skipped, whether or not the server was to send them.

use crate::identity::Identity;
use crate::list_body::PageMetadata;
use crate::machine::core::Machine;

impl Machine {
    /// Whether an object belongs to another shard than the stream's. If it was received without a uid, that of the
    /// delivered object of its name counts.
    pub(super) fn is_of_another_shard(&mut self, identity: &Identity) -> bool {
        let Some(shard) = self.requests.shard() else { return false };
        let index = self.watcher_state.index.as_mut().filter(|_| identity.uid.is_empty());
        let delivered = index.and_then(|index| index.uid(identity));
        !shard.contains(&delivered.as_ref().unwrap_or(&identity.uid).text())
    }

    /// Counts a listed object of another shard, so that a page of nothing else is known for progress.
    pub(super) fn object_of_another_shard_listed(&mut self) {
        if let Some(relist) = &mut self.relist {
            relist.of_other_shards += 1;
        }
    }

    /// Takes note of whether a list was of the stream's shard alone.
    pub(super) fn shard_info_received(&mut self, page: &PageMetadata) {
        let Some(shard) = self.requests.shard() else { return };
        let applied = page.shard_selector.as_deref().and_then(|selector| selector.parse().ok());
        self.status.shard_is_selected = Some(applied == Some(shard));
    }
}
