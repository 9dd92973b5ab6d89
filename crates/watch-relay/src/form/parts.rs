//! What a form is made of.

use std::time::Duration;

use jiff::Timestamp;
use watch_protocol::EventType;
use watchable_core::ResourceInfo;

/// The parts of a [`Message`](crate::Message).
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "as in `Message`")]
pub struct Parts<'a> {
    pub id: &'a str,
    pub cluster: &'a str,
    pub resource: &'a ResourceInfo,
    pub namespace: &'a str,
    pub name: &'a str,
    pub uid: &'a str,
    pub version: &'a str,
    pub etype: EventType,
    pub is_repair: bool,
    pub gap: Option<Duration>,
    pub time: Timestamp,
    /// JSON.
    pub object: &'a [u8],
    /// JSON.
    pub old_object: Option<&'a [u8]>,
    /// What has changed, as JSON of any kind.
    pub diff: Option<&'a [u8]>,
}

impl Parts<'_> {
    /// The path of the object: see [`Message::path`](crate::Message::path).
    pub(super) fn path(&self) -> String {
        let Self { resource, name, .. } = self;
        match self.namespace {
            "" => format!("{resource}/{name}"),
            namespace => format!("{resource}/{namespace}/{name}"),
        }
    }

    /// The time as recordings have it: UTC, six digits after the second.
    pub(super) fn time(&self) -> String {
        format!("{:.6}", self.time)
    }

    /// The gap in seconds, not less than it was.
    pub(super) fn gap_seconds(&self) -> Option<u64> {
        let gap = self.gap?;
        Some(gap.as_secs() + u64::from(gap.subsec_nanos() > 0))
    }
}
