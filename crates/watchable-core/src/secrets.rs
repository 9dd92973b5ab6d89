//! The values of Secrets, wherever they stand in an object: to hide them from those who may see everything else.
//!
//! Used by whatever shows or stores objects, so that none of it forgets a place. Confidential are, of objects whose kind is
//! `Secret` or `SecretList`, of any group:
//!
//! - the values of `data` and `stringData`;
//! - annotations that are JSON, as kubectl's `last-applied-configuration` is, or have one of the names under which tools keep
//!   a copy of the object that may not be JSON.
//!
//! Such objects are also found within others, in lists and in custom resources; of a list of Secrets, the items have no
//! kind. In all other objects, annotations are confidential that are JSON and name a Secret, and copies that are not JSON.
//!
//! ```
//! use serde_json::json;
//! use watchable_core::secrets::{self, HashKey, Owner};
//!
//! let key = HashKey::random();
//! let mut object = json!({"kind": "Secret", "metadata": {"name": "db"}, "data": {"password": "aHVudGVyMg=="}});
//! secrets::visit(&mut object, Owner::Unknown, &mut |field, name, value| {
//!     *value = secrets::redacted(key.hash(name, &value.to_string()), field);
//! });
//! assert!(!object.to_string().contains("aHVudGVyMg=="));
//! ```

mod find;
mod hash_key;
#[cfg(test)]
mod tests;
mod visit;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

pub use find::{contains, may_contain};
pub use hash_key::{HashKey, InvalidHashKey};
pub use visit::visit;

/// Secrets and lists of them, of any group.
const KINDS: [&str; 2] = ["Secret", "SecretList"];
/// Annotations with a copy of the object, or of what it was made from. Others are found by their form.
const COPIES: [&str; 4] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kapp.k14s.io/original",
    "objectset.rio.cattle.io/applied",
    "banzaicloud.com/last-applied",
];

/// Where a confidential value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// A member of `data`, or what stands in its place: base64.
    Data,
    /// A member of `stringData`, or what stands in its place: text.
    StringData,
    /// An annotation.
    Annotation,
}

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
    fn of_inner(self, object: &Map<String, Value>) -> Self {
        match kind(object) {
            _ if self == Self::Secret || is_secret(object) => Self::Secret,
            Some(_) => Self::Other,
            None => self,
        }
    }
}

/// Returns what may stand in the place of a confidential value: `<redacted 5f0cd1a29b3c7e11>`. In `data` it is the base64 of
/// that, so that the object still decodes into its type.
pub fn redacted(hash: u64, field: Field) -> Value {
    let text = format!("<redacted {hash:016x}>");
    if field == Field::Data { STANDARD.encode(text).into() } else { text.into() }
}

fn is_secret(object: &Map<String, Value>) -> bool {
    kind(object).is_some_and(|kind| KINDS.contains(&kind))
}

fn kind(object: &Map<String, Value>) -> Option<&str> {
    object.get("kind")?.as_str()
}
