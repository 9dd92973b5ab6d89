//! The state that a watcher carries over from one stream to the next.

use crate::index::Index;

/// What earlier streams learned and delivered.
#[derive(Debug, Default)]
pub struct WatcherState {
    /// Index of what was delivered. `None` if gaps are not repaired.
    pub(crate) index: Option<Index>,
    /// Whether the stream's version does not stand for what was delivered: a list has begun and not synced, or events
    /// had no version. A watch from there would deliver some of it again, so a list comes first.
    pub(crate) needs_relist: bool,
    /// Whether the consumer has received a complete list.
    pub has_synced: bool,
    /// Counts the versions that the user has set. The state of an earlier epoch does not apply.
    pub(super) epoch: u64,
    /// Whether the server was found not to support streaming lists.
    pub(crate) streaming_list_unsupported: bool,
}

impl WatcherState {
    /// Prepares the state for a stream that begins in `epoch`.
    pub fn prepare(&mut self, repairs_gaps: bool, epoch: u64) {
        if self.epoch != epoch {
            *self = Self {
                epoch,
                streaming_list_unsupported: self.streaming_list_unsupported,
                ..Self::default()
            };
        }
        if repairs_gaps != self.index.is_some() {
            self.index = repairs_gaps.then(Index::default);
            self.needs_relist = false;
        }
    }

    /// Whether a stream, with a version or without, first does a relist that earlier streams have left.
    pub(crate) fn relist_is_due(&self, has_version: bool) -> bool {
        self.index.as_ref().is_some_and(|index| {
            let is_unversioned = !has_version && index.is_complete();
            self.needs_relist || index.is_untrusted() || is_unversioned
        })
    }
}
