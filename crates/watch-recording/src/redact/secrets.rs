//! The values of Secrets, wherever in an object they are.

use memchr::memmem;
use serde_json::{Map, Value};

/// Secrets and lists of them, of any group.
const KINDS: [&str; 2] = ["Secret", "SecretList"];
/// Annotations with a copy of their object that may not be JSON.
const COPIES: [&str; 4] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kapp.k14s.io/original",
    "objectset.rio.cattle.io/applied",
    "banzaicloud.com/last-applied",
];

/// Whether JSON may contain a Secret. Most objects do not, and need not be parsed.
pub(super) fn may_be_in(object: &[u8]) -> bool {
    memmem::find_iter(object, "Secret").any(|at| {
        let rest = &object[at + "Secret".len()..];
        let rest = rest.strip_prefix(b"List").unwrap_or(rest);
        // The end of the text, also where it is within another one; or written with escapes.
        matches!(rest.first(), Some(b'"' | b'\\'))
    }) || memmem::find(object, b"\\u").is_some()
}

/// Calls a function with the name and the value of each member of a Secret that is confidential.
pub(super) fn hide(value: &mut Value, replace: &mut impl FnMut(&str, &mut Value)) {
    hide_in(value, false, replace);
}

fn hide_in(value: &mut Value, is_secret: bool, replace: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(object) => hide_members(object, is_secret, replace),
        Value::Array(items) => {
            for item in items {
                hide_in(item, is_secret, replace);
            }
        }
        _ => {}
    }
}

fn hide_members(
    object: &mut Map<String, Value>,
    is_in_secret: bool,
    replace: &mut impl FnMut(&str, &mut Value),
) {
    let kind = object.get("kind").and_then(Value::as_str);
    let is_secret = is_in_secret || kind.is_some_and(|kind| KINDS.contains(&kind));
    let annotations = object.get_mut("metadata").and_then(|it| it.get_mut("annotations"));
    for (name, value) in annotations.and_then(Value::as_object_mut).into_iter().flatten() {
        let is_hidden = is_copy(name, value)
            && (is_secret || names_a_secret(value.as_str().unwrap_or_default()));
        if is_hidden {
            replace(name, value);
        }
    }
    for (name, value) in object.iter_mut() {
        match (is_secret, name.as_str(), value) {
            (true, "data" | "stringData", Value::Object(members)) => {
                members.iter_mut().for_each(|(name, value)| replace(name, value));
            }
            (true, "data" | "stringData", value) => replace(name, value),
            // Of a list of Secrets, the items have no kind.
            (true, "items", value) => hide_in(value, true, replace),
            (_, _, value) => hide_in(value, false, replace),
        }
    }
}

/// Whether an annotation may contain a copy of its object, or another object.
fn is_copy(name: &str, value: &Value) -> bool {
    is_json(value) || COPIES.contains(&name)
}

/// Whether a text has the name of a kind of Secrets in quotes, which are escaped if the text is within another one.
fn names_a_secret(text: &str) -> bool {
    KINDS
        .iter()
        .any(|kind| text.contains(&format!("\"{kind}\"")) || text.contains(&format!("\"{kind}\\")))
}

fn is_json(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim_start().starts_with(['{', '[']))
}
