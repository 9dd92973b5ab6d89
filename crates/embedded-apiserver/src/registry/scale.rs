//! The paths of the `scale` subresource.

use serde_json::Value;

/// The fields behind a `scale` subresource, as JSON pointers into the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scale {
    pub(crate) spec_replicas: String,
    pub(crate) status_replicas: String,
    /// A label selector, as an object or as text.
    pub(crate) selector: Option<String>,
}

impl Scale {
    /// Reads the `scale` of a definition's subresources. Its paths have the simple form
    /// `.spec.replicas`.
    pub(super) fn read(scale: &Value) -> Option<Self> {
        let pointer = |field: &str| scale[field].as_str().map(|path| path.replace('.', "/"));
        Some(Self {
            spec_replicas: pointer("specReplicasPath")?,
            status_replicas: pointer("statusReplicasPath")?,
            selector: pointer("labelSelectorPath"),
        })
    }
}
