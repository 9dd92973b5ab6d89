//! Where a store's objects come from.

use std::sync::atomic::AtomicBool;

use tokio::sync::watch;
use watch_runtime::{MuxMember, RawEvents, WatchStatus, Watcher};
use watchable_core::{ResourceInfo, WatchTarget};

/// What feeds a store: a watcher, or a program that writes.
pub(crate) trait Source: Send + Sync {
    /// Returns what is received; `None` if a program writes it.
    fn events(&self) -> Option<RawEvents>;
    fn resource(&self) -> &ResourceInfo;
    fn status(&self) -> watch::Receiver<WatchStatus>;

    /// Returns the source, if a program writes it.
    fn written(&self) -> Option<&Written> {
        None
    }
}

/// A source that a program writes.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) resource: ResourceInfo,
    pub(crate) status: watch::Sender<WatchStatus>,
    /// Whether its writer was given out.
    pub(crate) has_writer: AtomicBool,
}

impl Written {
    pub(crate) fn new(resource: ResourceInfo) -> Self {
        Self { resource, status: watch::Sender::default(), has_writer: AtomicBool::new(false) }
    }
}

impl Source for Written {
    fn events(&self) -> Option<RawEvents> {
        None
    }

    fn resource(&self) -> &ResourceInfo {
        &self.resource
    }

    fn status(&self) -> watch::Receiver<WatchStatus> {
        self.status.subscribe()
    }

    fn written(&self) -> Option<&Written> {
        Some(self)
    }
}

impl<T: WatchTarget> Source for Watcher<T> {
    fn events(&self) -> Option<RawEvents> {
        Some(self.raw_events())
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
    fn events(&self) -> Option<RawEvents> {
        Some(self.raw_events())
    }

    fn resource(&self) -> &ResourceInfo {
        Self::resource(self)
    }

    fn status(&self) -> watch::Receiver<WatchStatus> {
        Self::status(self)
    }
}
