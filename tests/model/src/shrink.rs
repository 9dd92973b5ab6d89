//! Shrinks an object that fails to a smaller one that still fails.

use serde_json::Value;

/// Removes every part that is not needed to fail, outer parts first.
pub(crate) fn shrink(mut value: Value, fails: &dyn Fn(&Value) -> bool) -> Value {
    loop {
        let before = value.clone();
        for pointer in pointers(&before) {
            let Some(smaller) = without(&value, &pointer) else { continue };
            if fails(&smaller) {
                value = smaller;
            }
        }
        if value == before {
            return value;
        }
    }
}

/// Returns the JSON pointers of all parts of a value: outer ones first, the items of a list in reverse.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while let Some(pointer) = found.get(next).cloned() {
        next += 1;
        match value.pointer(&pointer) {
            Some(Value::Object(members)) => {
                let keys = members.keys().map(|key| key.replace('~', "~0").replace('/', "~1"));
                found.extend(keys.map(|key| format!("{pointer}/{key}")));
            }
            Some(Value::Array(items)) => {
                found.extend((0..items.len()).rev().map(|i| format!("{pointer}/{i}")));
            }
            _ => {}
        }
    }
    found.split_off(1)
}

/// Returns the value without the part at a pointer; `None` if there is none.
fn without(value: &Value, pointer: &str) -> Option<Value> {
    let (holder, key) = pointer.rsplit_once('/')?;
    let mut value = value.clone();
    match value.pointer_mut(holder)? {
        Value::Object(members) => {
            members.remove(&key.replace("~1", "/").replace("~0", "~"))?;
        }
        Value::Array(items) => {
            let i = key.parse().ok().filter(|i| *i < items.len())?;
            items.remove(i);
        }
        _ => return None,
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn irrelevant_parts_are_removed() {
        let value = json!({"a/~": [1, {"b": 2, "c": null}, 3], "d": {"e": 3}});
        let fails = |value: &Value| value.to_string().contains("null");
        assert_eq!(shrink(value, &fails), json!({"a/~": [{"c": null}]}));
    }
}
