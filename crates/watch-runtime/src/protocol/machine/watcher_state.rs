//! What a watcher keeps from one of its streams to the next.

use crate::protocol::index::Index;

/// What was learnt and delivered so far.
#[derive(Debug, Default)]
pub(crate) struct WatcherState {
    /// What was delivered; `None` where gaps are not to be repaired.
    pub(crate) index: Option<Index>,
    /// Whether the consumer has been told a whole state.
    #[cfg(feature = "kube-runtime")]
    pub(crate) has_synced: bool,
    /// Which of the versions given to the watcher it belongs to: beside another it counts for nothing.
    epoch: u64,
    /// Whether the server does not say how far its history goes back. A state was begun with instead, and
    /// history after some of it would take back what was told.
    pub(crate) oldest_version_unknown: bool,
    /// Whether the server has been seen not to stream its state.
    pub(crate) streaming_list_unsupported: bool,
}

impl WatcherState {
    /// Makes it fit for a stream that begins in an epoch.
    pub(crate) fn prepare(&mut self, repairs_gaps: bool, epoch: u64) {
        if self.epoch != epoch {
            *self = Self {
                epoch,
                streaming_list_unsupported: self.streaming_list_unsupported,
                ..Self::default()
            };
        }
        if repairs_gaps != self.index.is_some() {
            self.index = repairs_gaps.then(Index::default);
        }
    }
}
