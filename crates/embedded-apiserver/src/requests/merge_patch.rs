//! JSON merge patches (RFC 7386).

use serde_json::{Map, Value};

/// Applies a patch: `null` removes, objects are merged, any other value replaces.
pub(crate) fn apply(target: &mut Value, patch: Value) {
    let Value::Object(members) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (name, value) in members {
        if value.is_null() {
            if let Some(target) = target.as_object_mut() {
                target.remove(&name);
            }
        } else {
            apply(&mut target[name], value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn removes_merges_and_replaces() {
        let mut target = json!({"a": {"b": 1, "c": 2}, "d": [1, 2], "e": "x"});
        apply(&mut target, json!({"a": {"b": null, "n": {"m": null}}, "d": [3], "e": {"f": 1}}));
        assert_eq!(target, json!({"a": {"c": 2, "n": {}}, "d": [3], "e": {"f": 1}}));
    }
}
