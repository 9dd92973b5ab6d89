//! The recorder without the feature `metrics`: does nothing.

use std::time::Duration;

use watch_protocol::{Cause, EventType, Origin, WatchStatus};
use watchable_core::ResourceInfo;

/// Has the methods of the actual recorder.
#[derive(Debug)]
pub(crate) struct MetricsRecorder;

#[allow(clippy::unused_self, reason = "same signatures as the actual recorder")]
impl MetricsRecorder {
    pub(crate) fn new(_: &ResourceInfo) -> Self {
        Self
    }

    pub(crate) fn record_bytes(&self, _: usize) {}

    pub(crate) fn record_event(&self, _: EventType, _: Origin, _: impl FnOnce() -> Duration) {}

    pub(crate) fn record_decode_error(&self) {}

    pub(crate) fn record_restart(&self, _: Cause) {}

    pub(crate) fn record_status(&mut self, _: &WatchStatus) {}
}
