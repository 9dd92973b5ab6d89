//! What becomes of an object's dependents when it is deleted, and the finalizers that say so.

use serde_json::{Value, json};

/// The finalizer of an object that waits for its dependents to be deleted.
const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of an object that waits for its dependents to be orphaned.
const ORPHAN: &str = "orphan";

/// The propagation policy of a deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Propagation {
    /// The policy of the object's finalizers, else `Background`.
    #[default]
    Unspecified,
    Background,
    Foreground,
    Orphan,
}

impl Propagation {
    /// Returns the policy of a name; an empty one is unspecified.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "" => Some(Self::Unspecified),
            "Background" => Some(Self::Background),
            "Foreground" => Some(Self::Foreground),
            "Orphan" => Some(Self::Orphan),
            _ => None,
        }
    }

    /// Sets the finalizers of an object that is being deleted under this policy.
    pub(super) fn set_finalizers(self, object: &mut Value) {
        let finalizer = match self {
            Self::Unspecified => return,
            Self::Background => None,
            Self::Foreground => Some(FOREGROUND),
            Self::Orphan => Some(ORPHAN),
        };
        finish(object);
        if let Some(finalizer) = finalizer {
            add_finalizer(object, finalizer);
        }
    }
}

/// Adds a finalizer, unless the object has it.
pub(super) fn add_finalizer(object: &mut Value, finalizer: &str) {
    match object["metadata"]["finalizers"].as_array_mut() {
        Some(finalizers) if finalizers.iter().any(|name| name == finalizer) => {}
        Some(finalizers) => finalizers.push(finalizer.into()),
        None => object["metadata"]["finalizers"] = json!([finalizer]),
    }
}

/// Removes a finalizer.
pub(super) fn remove_finalizer(object: &mut Value, finalizer: &str) {
    let Some(metadata) = object["metadata"].as_object_mut() else { return };
    if let Some(finalizers) = metadata.get_mut("finalizers").and_then(Value::as_array_mut) {
        finalizers.retain(|name| name != finalizer);
        if finalizers.is_empty() {
            metadata.remove("finalizers");
        }
    }
}

/// Removes the finalizers of the garbage collector, as it does when it is done with the dependents.
pub(super) fn finish(object: &mut Value) {
    remove_finalizer(object, FOREGROUND);
    remove_finalizer(object, ORPHAN);
}

/// Returns whether an object has finalizers.
pub(super) fn has_finalizers(object: &Value) -> bool {
    object["metadata"]["finalizers"].as_array().is_some_and(|names| !names.is_empty())
}
