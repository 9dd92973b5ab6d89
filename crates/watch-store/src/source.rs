//! Where a store's objects come from.

use tokio::sync::watch;
use watch_runtime::{MuxMember, RawEvents, WatchStatus, Watcher};
use watchable_core::{ResourceInfo, WatchTarget};

/// A watcher that feeds a store.
pub(crate) trait Source: Send + Sync {
    fn events(&self) -> RawEvents;
    fn resource(&self) -> &ResourceInfo;
    fn status(&self) -> watch::Receiver<WatchStatus>;
}

impl<T: WatchTarget> Source for Watcher<T> {
    fn events(&self) -> RawEvents {
        self.raw_events()
    }

    fn resource(&self) -> &ResourceInfo {
        Self::resource(self)
    }

    fn status(&self) -> watch::Receiver<WatchStatus> {
        Self::status(self)
    }
}

/// A member of a multiplexer.
impl<O: 'static> Source for MuxMember<O> {
    fn events(&self) -> RawEvents {
        self.raw_events()
    }

    fn resource(&self) -> &ResourceInfo {
        Self::resource(self)
    }

    fn status(&self) -> watch::Receiver<WatchStatus> {
        Self::status(self)
    }
}
