//! Checks that decoding and encoding an object loses nothing.

use std::error::Error;

use serde::Serialize;
use serde_json::Value;

/// Compares an object with the encoding of its decoded value. A null field equals an absent one.
pub(crate) fn check(object: &[u8], decoded: &impl Serialize) -> Result<(), Box<dyn Error>> {
    let [mut before, mut after] = [serde_json::from_slice(object)?, serde_json::to_value(decoded)?];
    [&mut before, &mut after].into_iter().for_each(drop_nulls);
    match difference(&before, &after) {
        Some(path) => Err(format!("the object differs when encoded again, at `{path}`").into()),
        None => Ok(()),
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Returns the path of the first difference: `.metadata.name`.
fn difference(before: &Value, after: &Value) -> Option<String> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let names = before.keys().chain(after.keys());
            names.into_iter().find_map(|name| {
                let null = &Value::Null;
                let [before, after] =
                    [before, after].map(|fields| fields.get(name).unwrap_or(null));
                difference(before, after).map(|path| format!(".{name}{path}"))
            })
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            let mut pairs = before.iter().zip(after).enumerate();
            pairs.find_map(|(at, (before, after))| {
                difference(before, after).map(|path| format!("[{at}]{path}"))
            })
        }
        _ => (before != after).then(String::new),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nulls_and_field_order_are_ignored() {
        let object = br#"{"b":{"c":null},"a":[1,{"d":null}]}"#;
        check(object, &json!({"a": [1, {}], "b": {}})).unwrap();
    }

    #[test]
    fn lost_field_is_reported_with_its_path() {
        let object = br#"{"a":[{"b":1},{"b":2,"c":""}]}"#;
        for (decoded, path) in [
            (json!({"a": [{"b": 1}, {"b": 2}]}), "`.a[1].c`"),
            (json!({"a": [{"b": 1}]}), "`.a`"),
            (json!({}), "`.a`"),
            (json!({"a": [{"b": 1}, {"b": "2", "c": ""}]}), "`.a[1].b`"),
            (json!({"a": [{"b": 1}, {"b": 2, "c": ""}], "d": 0}), "`.d`"),
        ] {
            let error = check(object, &decoded).unwrap_err().to_string();
            assert!(error.contains(path), "{path}: {error}");
        }
    }
}
