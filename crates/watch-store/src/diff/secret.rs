//! Replaces the values of Secrets by hashes of them.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::equal::canonical;
use super::options::Kind;

/// Secrets and lists of them, of any group.
const KINDS: [&str; 2] = ["Secret", "SecretList"];
/// Annotations with a copy of the object, or of what it was made from. Others are found by their form.
const COPIES: [&str; 4] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kapp.k14s.io/original",
    "objectset.rio.cattle.io/applied",
    "banzaicloud.com/last-applied",
];

/// Whose members `data` and `stringData` are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    /// An object of another kind, or something within.
    Other,
    /// Something without a kind, which may be a Secret or contain some.
    Unknown,
    Secret,
}

/// Returns two objects without the values of Secrets. `None` if there are none.
pub(super) fn hide(before: &Value, after: &Value, given: Option<&Kind>) -> Option<(Value, Value)> {
    // The same for both, or what is hidden in one would differ from what is shown in the other.
    let owner = Owner::of(before, given).max(Owner::of(after, given));
    if owner == Owner::Other && !has_secret(before) && !has_secret(after) {
        return None;
    }
    let hidden = |value: &Value| {
        let mut value = value.clone();
        match &mut value {
            Value::Object(object) => hide_members(object, owner),
            value => hide_in(value, owner),
        }
        value
    };
    Some((hidden(before), hidden(after)))
}

impl Owner {
    fn of(value: &Value, given: Option<&Kind>) -> Self {
        let Value::Object(object) = value else {
            return if value.is_array() { Self::Unknown } else { Self::Other };
        };
        match kind(object).or_else(|| given.map(|given| given.kind.as_str())) {
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

/// Returns whether a value contains a Secret, or a copy of one.
fn has_secret(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            is_secret(object)
                || annotations(object).is_some_and(|all| all.iter().any(is_copy_of_secret))
                || object.values().any(has_secret)
        }
        Value::Array(items) => items.iter().any(has_secret),
        _ => false,
    }
}

fn is_secret(object: &Map<String, Value>) -> bool {
    kind(object).is_some_and(|kind| KINDS.contains(&kind))
}

fn kind(object: &Map<String, Value>) -> Option<&str> {
    object.get("kind")?.as_str()
}

fn annotations(object: &Map<String, Value>) -> Option<&Map<String, Value>> {
    object.get("metadata")?.get("annotations")?.as_object()
}

/// Returns whether an annotation of any object is a copy that may contain a Secret.
fn is_copy_of_secret((name, value): (&String, &Value)) -> bool {
    let text = value.as_str().unwrap_or_default();
    let names_one = KINDS.iter().any(|kind| {
        // Also where the text is within another one, whose quotes are escaped.
        text.contains(&format!("\"{kind}\"")) || text.contains(&format!("\"{kind}\\"))
    });
    is_copy(name, value) && (names_one || !is_json(value))
}

/// Returns whether an annotation may contain a copy of its object.
fn is_copy(name: &str, value: &Value) -> bool {
    is_json(value) || COPIES.contains(&name)
}

fn is_json(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim_start().starts_with(['{', '[']))
}

/// Hides the values of Secrets in a value that is within another.
fn hide_in(value: &mut Value, owner: Owner) {
    match value {
        Value::Object(object) => {
            let owner = owner.of_inner(object);
            hide_members(object, owner);
        }
        Value::Array(items) => {
            for item in items {
                hide_in(item, owner);
            }
        }
        _ => {}
    }
}

fn hide_members(object: &mut Map<String, Value>, owner: Owner) {
    let annotations = object.get_mut("metadata").and_then(|it| it.get_mut("annotations"));
    for (name, value) in annotations.and_then(Value::as_object_mut).into_iter().flatten() {
        let is_hidden = match owner {
            Owner::Other => is_copy_of_secret((name, value)),
            Owner::Unknown | Owner::Secret => is_copy(name, value),
        };
        if is_hidden {
            replace(name, value);
        }
    }
    for (name, value) in object.iter_mut() {
        match (owner, name.as_str(), value) {
            (Owner::Unknown | Owner::Secret, "data" | "stringData", value) => match value {
                Value::Object(members) => {
                    members.iter_mut().for_each(|(name, value)| replace(name, value));
                }
                value => replace(name, value),
            },
            // Of a list of Secrets, the items have no kind.
            (Owner::Secret, "items", value) => hide_in(value, Owner::Secret),
            (Owner::Unknown, _, value) => hide_in(value, Owner::Unknown),
            (_, _, value) => hide_in(value, Owner::Other),
        }
    }
}

/// Replaces a value by a hash of it.
fn replace(name: &str, value: &mut Value) {
    // SipHash with a random key of 128 bits: without the key, neither can a value be guessed from its hash, nor can two
    // values be found that have the same.
    static KEY: OnceLock<RandomState> = OnceLock::new();
    if value.is_null() {
        return;
    }
    let mut text = String::new();
    canonical(value, &mut text);
    let hash = KEY.get_or_init(RandomState::new).hash_one((name, text));
    *value = format!("<secret {hash:016x}>").into();
}
