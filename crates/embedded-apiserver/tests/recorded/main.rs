//! What real API servers wrote in protobuf, byte for byte: encoded from its JSON, and decoded to it.

mod pairs;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Returns a path in the repository.
fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join(path)
}

/// Returns the first place where two values differ, with both.
fn difference(a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<_> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                let null = Value::Null;
                let pair = [a, b].map(|members| members.get(key).unwrap_or(&null));
                Some(format!("/{key}{}", difference(pair[0], pair[1])?))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(i, (a, b))| Some(format!("/{i}{}", difference(a, b)?)))
        }
        _ => (a != b).then(|| format!(": {a} and {b}")),
    }
}

/// Removes what JSON has by other rules than protobuf: nulls and empty lists.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), without_nulls(value)));
            let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
            members.filter(|(_, value)| !value.is_null() && !is_empty(value)).collect()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        value => value.clone(),
    }
}
