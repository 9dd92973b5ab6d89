//! Replaces the values of Secrets by hashes of them.

use std::sync::OnceLock;

use serde_json::Value;
use watchable_core::secrets::{self, HashKey, Owner};

use super::equal::canonical;
use super::options::DiffOptions;

/// Returns two objects without the values of Secrets. `None` if there are none.
pub(super) fn hide(before: &Value, after: &Value, options: &DiffOptions) -> Option<(Value, Value)> {
    let is_secret = |value: &Value| value.is_null() || value["kind"] == "Secret";
    if options.is_of_secrets && !(is_secret(before) && is_secret(after)) {
        let hidden = |value: &Value| {
            let mut value = value.clone();
            hide_all("", &mut value);
            value
        };
        return Some((hidden(before), hidden(after)));
    }
    let given = options.kind().map(|given| given.kind.as_str());
    // The same for both, or what is hidden in one would differ from what is shown in the other.
    let owner = Owner::of(before, given).max(Owner::of(after, given));
    if owner == Owner::Other && !secrets::contains(before) && !secrets::contains(after) {
        return None;
    }
    let hidden = |value: &Value| {
        let mut value = value.clone();
        secrets::visit(&mut value, owner, &mut |_, name, value| *value = hash(name, value));
        value
    };
    Some((hidden(before), hidden(after)))
}

/// Replaces each value. Names stay.
fn hide_all(name: &str, value: &mut Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter_mut().for_each(|item| hide_all(name, item)),
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, value)| hide_all(name, value));
        }
        _ => *value = hash(name, value),
    }
}

/// Returns a hash of a value, which is the same for values that are.
fn hash(name: &str, value: &Value) -> Value {
    static KEY: OnceLock<HashKey> = OnceLock::new();
    let mut text = String::new();
    canonical(value, &mut text);
    let hash = KEY.get_or_init(HashKey::random).hash(name, &text);
    format!("<secret {hash:016x}>").into()
}
