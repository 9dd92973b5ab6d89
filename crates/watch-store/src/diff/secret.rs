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

/// Returns two objects without the values of Secrets. `None` if there are none. An object whose kind is neither in it nor
/// given may be a Secret.
pub(super) fn hide(before: &Value, after: &Value, given: Option<&Kind>) -> Option<(Value, Value)> {
    let kind = |object: &Value| object.get("kind").and_then(Value::as_str).map(str::to_owned);
    let kind = |object: &Value| kind(object).or_else(|| given.map(|given| given.kind.clone()));
    let may_be = |object: &Value| {
        object.is_object() && kind(object).is_none_or(|kind| KINDS.contains(&&*kind))
    };
    let is_secret = may_be(before) || may_be(after);
    if !is_secret && !has_secret(before) && !has_secret(after) {
        return None;
    }
    let hidden = |object: &Value| {
        let mut object = object.clone();
        hide_in(&mut object, is_secret);
        object
    };
    Some((hidden(before), hidden(after)))
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
    let kind = object.get("kind").and_then(Value::as_str);
    kind.is_some_and(|kind| KINDS.contains(&kind))
}

fn annotations(object: &Map<String, Value>) -> Option<&Map<String, Value>> {
    object.get("metadata")?.get("annotations")?.as_object()
}

/// Returns whether an annotation of any object is a copy that may contain a Secret.
fn is_copy_of_secret((name, value): (&String, &Value)) -> bool {
    let text = value.as_str().unwrap_or_default();
    let names_one = KINDS.iter().any(|kind| text.contains(&format!("\"{kind}\"")));
    is_copy(name, value) && (names_one || !is_json(value))
}

/// Returns whether an annotation may contain a copy of its object.
fn is_copy(name: &str, value: &Value) -> bool {
    is_json(value) || COPIES.contains(&name)
}

fn is_json(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim_start().starts_with(['{', '[']))
}

/// Hides the values in a value that is a Secret, or contains some.
fn hide_in(value: &mut Value, is_a_secret: bool) {
    let object = match value {
        Value::Object(object) => object,
        Value::Array(items) => return items.iter_mut().for_each(|item| hide_in(item, false)),
        _ => return,
    };
    let is_a_secret = is_a_secret || is_secret(object);
    let annotations = object.get_mut("metadata").and_then(|it| it.get_mut("annotations"));
    for (name, value) in annotations.and_then(Value::as_object_mut).into_iter().flatten() {
        if if is_a_secret { is_copy(name, value) } else { is_copy_of_secret((name, value)) } {
            replace(name, value);
        }
    }
    for (name, value) in object.iter_mut() {
        match (is_a_secret, name.as_str(), value) {
            (true, "data" | "stringData", Value::Object(members)) => {
                members.iter_mut().for_each(|(name, value)| replace(name, value));
            }
            (true, "data" | "stringData", value) => replace(name, value),
            // Of a list of Secrets, the items have no kind.
            (true, "items", Value::Array(items)) => {
                for item in items {
                    hide_in(item, true);
                }
            }
            (_, _, value) => hide_in(value, false),
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
