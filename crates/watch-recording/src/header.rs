//! The first line of a recording: its format, and what it is of.

pub(crate) mod line;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use watchable_core::ResourceInfo;

/// The version of the format that this crate writes. It reads all with the same major version, and older ones.
pub const VERSION: &str = "1.0";
/// What a recording is of.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Header {
    /// The version of the format, such as `1.0`.
    pub version: String,
    /// The uid of the cluster's namespace `kube-system`, if the recorder was allowed to read it.
    pub cluster: Option<String>,
    /// The release of the API server, such as `1.37`; empty if it is unknown.
    pub release: String,
    /// When the recording was started.
    pub started: Timestamp,
    /// What is recorded.
    pub resources: Vec<RecordedResource>,
    /// What is not shown.
    pub redaction: Redaction,
    /// The number of this file among those of a recording that is split by size, from 1 on.
    pub part: u64,
}

/// A resource that is recorded.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecordedResource {
    /// The resource.
    pub resource: ResourceInfo,
    /// The name by which lines refer to it, such as `pods/v1`.
    pub source: String,
    /// The only namespace that is recorded.
    pub namespace: Option<String>,
    /// The label selector of what is recorded.
    pub label_selector: Option<String>,
    /// The field selector of what is recorded.
    pub field_selector: Option<String>,
}

/// What a recorder replaces before it writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Redaction {
    /// Whether values of Secrets are replaced.
    pub secrets: bool,
    /// Paths of further fields whose values are replaced.
    pub paths: Vec<String>,
    /// The fingerprint of the key of the hashes; `None` if nothing is replaced, or the key was not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Redaction {
    /// Returns whether anything is replaced.
    pub(crate) fn is_active(&self) -> bool {
        self.secrets || !self.paths.is_empty()
    }

    /// Returns whether the same is replaced, in whatever order it is named.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let paths = |of: &Self| of.paths.iter().cloned().collect::<BTreeSet<_>>();
        self.secrets == other.secrets && paths(self) == paths(other)
    }
}

impl RecordedResource {
    /// Creates a resource without selectors. Its source is named as the resource displays.
    pub fn new(resource: ResourceInfo) -> Self {
        Self {
            source: resource.to_string(),
            resource,
            namespace: None,
            label_selector: None,
            field_selector: None,
        }
    }
}
