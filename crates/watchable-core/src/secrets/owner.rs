//! Whether an object is a Secret.

use serde_json::{Map, Value};

/// Secrets and lists of them, of any group.
pub(super) const KINDS: [&str; 2] = ["Secret", "SecretList"];

/// Whose members `data` and `stringData` are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// An object of another kind, or something within.
    Other,
    /// Something without a kind, which may be a Secret or contain some.
    Unknown,
    /// A Secret, or a list of them.
    Secret,
}

impl Owner {
    /// Returns that of a value, whose kind may be known from elsewhere.
    pub fn of(value: &Value, known_kind: Option<&str>) -> Self {
        let Value::Object(object) = value else {
            return if value.is_array() { Self::Unknown } else { Self::Other };
        };
        match kind(object).or(known_kind) {
            Some(kind) if KINDS.contains(&kind) => Self::Secret,
            Some(_) => Self::Other,
            None => Self::Unknown,
        }
    }

    /// Returns that of an object within what this one owns.
    pub(super) fn of_inner(self, object: &Map<String, Value>) -> Self {
        match kind(object) {
            _ if self == Self::Secret || is_secret(object) => Self::Secret,
            Some(_) => Self::Other,
            None => self,
        }
    }
}

pub(super) fn is_secret(object: &Map<String, Value>) -> bool {
    kind(object).is_some_and(|kind| KINDS.contains(&kind))
}

fn kind(object: &Map<String, Value>) -> Option<&str> {
    object.get("kind")?.as_str()
}
