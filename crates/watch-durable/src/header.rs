//! The header of a checkpoint: what it is of, and how far it has come.

use std::time::SystemTime;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use watch_runtime::{Position, Restrictions};
use watchable_core::ResourceInfo;

/// The version of the rows. A checkpoint with a newer one is refused.
pub(crate) const FORMAT: u32 = 1;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    pub(crate) format: u32,
    #[serde(flatten)]
    pub(crate) subject: Subject,
    pub(crate) position: StoredPosition,
    /// When the stream was at that position.
    pub(crate) time: Timestamp,
}

/// What a stream is of. A checkpoint is of no other.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subject {
    pub(crate) cluster: String,
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) resource: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) label_selector: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) field_selector: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shard: Option<String>,
}

/// [`Position`], as it is stored.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredPosition {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_version: Option<String>,
    has_synced: bool,
    #[serde(default)]
    needs_relist: bool,
    #[serde(default)]
    is_untrusted: bool,
    #[serde(default)]
    rollbacks: u32,
}

impl Header {
    pub(crate) fn new(subject: Subject, position: Position, time: SystemTime) -> Self {
        let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
        Self { format: FORMAT, subject, position: position.into(), time }
    }

    pub(crate) fn resource_version(&self) -> Option<&str> {
        self.position.resource_version.as_deref()
    }

    /// Whether the first state was committed completely.
    pub(crate) fn has_synced(&self) -> bool {
        self.position.has_synced
    }
}

impl Subject {
    pub(crate) fn new(
        cluster: String,
        resource: &ResourceInfo,
        restrictions: Restrictions,
    ) -> Self {
        let Restrictions { namespace, label_selector, field_selector, shard, .. } = restrictions;
        Self {
            cluster,
            group: resource.group().to_owned(),
            version: resource.version().to_owned(),
            resource: resource.plural().to_owned(),
            namespace,
            label_selector,
            field_selector,
            shard: shard.map(|shard| shard.to_string()),
        }
    }

    /// Returns the resource as `deployments.apps/v1`.
    pub(crate) fn resource(&self) -> String {
        let dot = if self.group.is_empty() { "" } else { "." };
        format!("{}{dot}{}/{}", self.resource, self.group, self.version)
    }

    /// Returns the first part in which they differ: what it is, what is here, and what is there.
    pub(crate) fn difference(&self, other: &Self) -> Option<(&'static str, String, String)> {
        let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let parts = |subject: &Self| {
            [
                ("cluster", subject.cluster.clone()),
                ("resource", subject.resource()),
                ("namespace", optional(&subject.namespace)),
                ("label selector", optional(&subject.label_selector)),
                ("field selector", optional(&subject.field_selector)),
                ("shard", optional(&subject.shard)),
            ]
        };
        let mut pairs = parts(self).into_iter().zip(parts(other));
        pairs.find_map(|((what, ours), (_, theirs))| {
            (ours != theirs).then_some((what, ours, theirs))
        })
    }
}

impl From<Position> for StoredPosition {
    fn from(position: Position) -> Self {
        let Position { version, has_synced, needs_relist, is_untrusted, rollbacks } = position;
        Self { resource_version: version, has_synced, needs_relist, is_untrusted, rollbacks }
    }
}

impl From<StoredPosition> for Position {
    fn from(stored: StoredPosition) -> Self {
        let StoredPosition { resource_version, has_synced, needs_relist, is_untrusted, rollbacks } =
            stored;
        Self { version: resource_version, has_synced, needs_relist, is_untrusted, rollbacks }
    }
}

impl Header {
    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a header has only texts, numbers and booleans")
    }
}
