//! Paths to what changed.

use std::fmt;

use serde_json::Value;

use super::text::{is_plain_name, key_text, quoted};

/// A path within an object: `spec.containers[name=web].image`.
///
/// Fields whose names have other characters than letters, digits, `-`, `_` and `$` are quoted, as in
/// `metadata.labels["app.kubernetes.io/name"]`. The path of the whole object is empty, and displayed as `(object)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path(Vec<PathSegment>);

/// A step of a [`Path`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PathSegment {
    /// A field of an object, or a key of a map: `.image`, `["a.b/c"]`.
    Field(String),
    /// The item of a list with these values of its keys: `[name=web]`, `[port=80,protocol=TCP]`. Keys that it does not have
    /// are left out.
    #[non_exhaustive]
    Keys {
        /// Each key with its value.
        keys: Vec<(String, Value)>,
        /// How many items with the same keys come before it: `[name=A#2]` for 1.
        occurrence: usize,
    },
    /// The item of a set with this value: `[=example.com/finalizer]`.
    #[non_exhaustive]
    Item {
        /// The value of the item.
        value: Value,
        /// How many items with the same value come before it.
        occurrence: usize,
    },
    /// The item of a list at this position, from 0: in the new list, or in the old one if it was removed. `[2]`.
    Index(usize),
}

impl Path {
    pub(super) fn new(segments: &[PathSegment]) -> Self {
        Self(segments.to_vec())
    }

    /// Returns the steps.
    pub fn segments(&self) -> &[PathSegment] {
        &self.0
    }

    /// Returns whether it is the path of the whole object.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the text, which is empty for the whole object.
    pub(super) fn text(&self) -> String {
        let text: String = self.0.iter().map(ToString::to_string).collect();
        text.strip_prefix('.').map(str::to_owned).unwrap_or(text)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if self.is_empty() { "(object)".to_owned() } else { self.text() }.as_str())
    }
}

impl PartialEq<str> for Path {
    fn eq(&self, other: &str) -> bool {
        self.text() == other
    }
}

impl PartialEq<&str> for Path {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl fmt::Display for PathSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let occurrence = |occurrence: usize| match occurrence {
            0 => String::new(),
            before => format!("#{}", before + 1),
        };
        match self {
            Self::Field(name) if is_plain_name(name) => write!(f, ".{name}"),
            Self::Field(name) => write!(f, "[{}]", quoted(name)),
            Self::Keys { keys, occurrence: before } => {
                let keys = keys.iter().map(|(key, value)| format!("{key}={}", key_text(value)));
                let keys = keys.collect::<Vec<_>>().join(",");
                write!(f, "[{keys}{}]", occurrence(*before))
            }
            Self::Item { value, occurrence: before } => {
                write!(f, "[={}{}]", key_text(value), occurrence(*before))
            }
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}
