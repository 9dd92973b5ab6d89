//! The documents that change objects.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use watchable_core::ResourceInfo;

pub(super) const API_VERSION: &str = "action.kwok.x-k8s.io/v1alpha1";
pub(super) const KIND: &str = "ResourcePatch";

/// A change of an object.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourcePatch {
    #[serde(default)]
    pub(super) api_version: String,
    #[serde(default)]
    pub(super) kind: String,
    pub(super) resource: Resource,
    pub(super) target: Target,
    /// Since the snapshot.
    #[serde(default)]
    pub(super) duration_nanosecond: u64,
    pub(super) method: Method,
    /// The object that is created, or the patch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) template: Option<Value>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Resource {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) group: String,
    pub(super) version: String,
    /// In the plural, as in URLs.
    #[serde(rename = "resource")]
    pub(super) plural: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) namespace: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Method {
    Create,
    Patch,
    Delete,
}

impl From<&ResourceInfo> for Resource {
    fn from(resource: &ResourceInfo) -> Self {
        Self {
            group: resource.group().to_owned(),
            version: resource.version().to_owned(),
            plural: resource.plural().to_owned(),
        }
    }
}
