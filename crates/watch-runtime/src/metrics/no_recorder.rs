//! What a stream counts without the feature `metrics`: nothing.

use std::time::Duration;

use watchable_core::ResourceInfo;

use crate::protocol::event::{EventType, Origin};
use crate::protocol::status::{Cause, WatchStatus};

/// The same as the one that counts, and nothing behind it.
#[derive(Debug)]
pub(crate) struct Meter;

#[allow(clippy::unused_self, reason = "the other one has something to look at")]
impl Meter {
    pub(crate) fn new(_: &ResourceInfo) -> Self {
        Self
    }

    pub(crate) fn received(&self, _: usize) {}

    pub(crate) fn delivered(&self, _: EventType, _: Origin, _: impl FnOnce() -> Duration) {}

    pub(crate) fn undecodable(&self) {}

    pub(crate) fn restarted(&self, _: Cause) {}

    pub(crate) fn stands(&mut self, _: &WatchStatus) {}
}
