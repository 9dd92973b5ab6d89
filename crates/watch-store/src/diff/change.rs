//! A change of a value.

use std::fmt;

use serde_json::Value;

use super::path::Path;
use super::text::value_text;

/// A value that changed. Values of Secrets are replaced by hashes: see the [module](super).
///
/// `Display` writes one line, `status.phase: Pending → Running`. An absent value is `(none)`. Texts that would be mistaken
/// for something else are quoted, and long values are cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub(super) path: Path,
    pub(super) kind: ChangeKind,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// What happened to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// It did not exist before.
    Added,
    /// It does not exist any more.
    Removed,
    /// It is another one.
    Replaced,
    /// The items of a list that both sides have are in another order. [`before`](Change::before) and
    /// [`after`](Change::after) are lists of their keys: the value of the key, or an object of several keys, or the value
    /// of a set's item, or the old position of an item without keys.
    Reordered,
}

impl Change {
    /// Returns where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what happened to it.
    pub fn kind(&self) -> ChangeKind {
        self.kind
    }

    /// Returns the old value, if there was one.
    pub fn before(&self) -> Option<&Value> {
        self.before.as_ref()
    }

    /// Returns the new value, if there is one.
    pub fn after(&self) -> Option<&Value> {
        self.after.as_ref()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (self.before(), self.after());
        let order = if self.kind == ChangeKind::Reordered { " (order)" } else { "" };
        let (old, new) = (value_text(before, after), value_text(after, before));
        write!(f, "{}{order}: {old} → {new}", self.path)
    }
}
