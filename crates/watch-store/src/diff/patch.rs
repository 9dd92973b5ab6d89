//! The two kinds of patches, which do not show the values of Secrets.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// A JSON Patch (RFC 6902): a list of operations.
///
/// Serialize it to send it: `Content-Type: application/json-patch+json`. Its `Debug` has hashes instead of the values of
/// Secrets.
#[derive(Clone, PartialEq)]
pub struct JsonPatch(pub(super) Document);

/// A JSON Merge Patch (RFC 7386).
///
/// Serialize it to send it: `Content-Type: application/merge-patch+json`. Its `Debug` has hashes instead of the values of
/// Secrets.
#[derive(Clone, PartialEq)]
pub struct MergePatch(pub(super) Document);

/// A patch, and the same without the values of secrets, if it has any.
#[derive(Clone, PartialEq)]
pub(super) struct Document {
    pub(super) value: Value,
    pub(super) shown: Option<Value>,
}

macro_rules! patch {
    ($name:ident) => {
        impl $name {
            /// Returns the patch as JSON, with the values of Secrets.
            pub fn as_value(&self) -> &Value {
                &self.0.value
            }

            /// Returns the patch as JSON, with hashes instead of the values of Secrets: to show it, not to apply it.
            pub fn as_shown_value(&self) -> &Value {
                self.0.shown.as_ref().unwrap_or(&self.0.value)
            }

            /// Returns the patch as JSON, with the values of Secrets.
            pub fn into_value(self) -> Value {
                self.0.value
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.value.serialize(serializer)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_shown_value())
            }
        }
    };
}

patch!(JsonPatch);
patch!(MergePatch);
