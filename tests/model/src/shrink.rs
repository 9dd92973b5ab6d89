//! From an object that shows a fault to a small one that still does.

use serde_json::Value;

/// Leaves out whatever can be left out, the outer parts first.
pub(crate) fn shrink(mut value: Value, fails: &dyn Fn(&Value) -> bool) -> Value {
    loop {
        let before = value.clone();
        for place in places(&before) {
            let Some(smaller) = without(&value, &place) else { continue };
            if fails(&smaller) {
                value = smaller;
            }
        }
        if value == before {
            return value;
        }
    }
}

/// The JSON pointers of everything within a value, the outer ones first; of a list, the last first.
fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while let Some(place) = found.get(next).cloned() {
        next += 1;
        match value.pointer(&place) {
            Some(Value::Object(members)) => {
                let keys = members.keys().map(|key| key.replace('~', "~0").replace('/', "~1"));
                found.extend(keys.map(|key| format!("{place}/{key}")));
            }
            Some(Value::Array(items)) => {
                found.extend((0..items.len()).rev().map(|i| format!("{place}/{i}")));
            }
            _ => {}
        }
    }
    found.split_off(1)
}

/// The value without what is at a place; `None` where nothing is there any more.
fn without(value: &Value, place: &str) -> Option<Value> {
    let (holder, key) = place.rsplit_once('/')?;
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
    fn what_does_not_matter_is_left_out() {
        let value = json!({"a/~": [1, {"b": 2, "c": null}, 3], "d": {"e": 3}});
        let fails = |value: &Value| value.to_string().contains("null");
        assert_eq!(shrink(value, &fails), json!({"a/~": [{"c": null}]}));
    }
}
