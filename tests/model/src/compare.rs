//! Finds the first difference between two JSON values.

use std::fmt;

use serde_json::{Number, Value};

/// A path at which two values differ.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    /// Such as `spec.containers[0].name`.
    pub(crate) path: String,
    pub(crate) expected: Option<Value>,
    pub(crate) found: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), truncated);
        let path = if self.path.is_empty() { "the value" } else { &self.path };
        write!(f, "{path}: expected {}, found {}", text(&self.expected), text(&self.found))
    }
}

/// Returns a value's text, truncated if it is long.
pub(crate) fn truncated(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(4000) {
        Some((end, _)) => format!("{} … ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

/// Returns the first difference. Numbers are compared by value; the order of members does not matter.
pub(crate) fn first_difference(expected: &Value, found: &Value) -> Option<Difference> {
    difference(expected, found, Extra::Differs, &mut String::new())
}

/// Returns the first part of `original` that `copy` lacks. `copy` may contain more; `null` counts as absent.
pub(crate) fn first_loss(original: &Value, copy: &Value) -> Option<Difference> {
    difference(original, copy, Extra::Allowed, &mut String::new())
}

#[derive(Clone, Copy, PartialEq)]
enum Extra {
    Differs,
    Allowed,
}

fn difference(a: &Value, b: &Value, extra: Extra, path: &mut String) -> Option<Difference> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let more = b.keys().filter(|key| extra == Extra::Differs && !a.contains_key(*key));
            let keys: Vec<&String> = a.keys().chain(more).collect();
            keys.into_iter().find_map(|key| {
                within(path, &format!(".{}", name(key)), |path| match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => difference(a, b, extra, path),
                    (Some(a), None) if extra == Extra::Allowed && a.is_null() => None,
                    (a, b) => Some(differ(path, a, b)),
                })
            })
        }
        (Value::Array(a), Value::Array(b)) => (0..a.len().max(b.len())).find_map(|i| {
            within(path, &format!("[{i}]"), |path| match (a.get(i), b.get(i)) {
                (Some(a), Some(b)) => difference(a, b, extra, path),
                (a, b) => Some(differ(path, a, b)),
            })
        }),
        (Value::Number(a), Value::Number(b)) if same_number(a, b) => None,
        (a, b) if a == b || (extra == Extra::Allowed && a.is_null()) => None,
        (a, b) => Some(differ(path, Some(a), Some(b))),
    }
}

fn within(
    path: &mut String,
    step: &str,
    compare: impl FnOnce(&mut String) -> Option<Difference>,
) -> Option<Difference> {
    let length = path.len();
    path.push_str(if length == 0 { step.trim_start_matches('.') } else { step });
    let found = compare(path);
    path.truncate(length);
    found
}

fn differ(path: &str, expected: Option<&Value>, found: Option<&Value>) -> Difference {
    let path = path.to_owned();
    Difference { path, expected: expected.cloned(), found: found.cloned() }
}

fn name(key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    if plain { key.to_owned() } else { format!("{key:?}") }
}

/// Compares integers exactly, other numbers by value.
fn same_number(a: &Number, b: &Number) -> bool {
    a == b || ((a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(expected: &Value, found: &Value) -> Option<String> {
        first_difference(expected, found).map(|difference| difference.path)
    }

    #[test]
    fn first_difference_has_its_path() {
        let pod = json!({"spec": {"containers": [{"name": "a", "x.y/z": 1}]}});
        for (other, expected) in [
            (json!({"spec": {"containers": [{"name": "a", "x.y/z": 1.0}]}}), None),
            (
                json!({"spec": {"containers": [{"name": "b", "x.y/z": 1}]}}),
                Some("spec.containers[0].name"),
            ),
            (
                json!({"spec": {"containers": [{"name": "a"}]}}),
                Some("spec.containers[0].\"x.y/z\""),
            ),
            (
                json!({"spec": {"containers": [{"name": "a", "x.y/z": 1}, {}]}}),
                Some("spec.containers[1]"),
            ),
            (json!({"spec": {"containers": [{"name": "a", "x.y/z": 1}]}, "more": 1}), Some("more")),
            (json!([]), Some("")),
        ] {
            assert_eq!(path(&pod, &other).as_deref(), expected, "{other}");
        }
        assert_eq!(path(&json!(i64::MAX), &json!(i64::MAX - 1)).as_deref(), Some(""));
    }

    #[test]
    fn null_is_not_a_loss() {
        let lost = |of, in_what| first_loss(&of, &in_what).map(|difference| difference.path);
        assert_eq!(lost(json!({"a": null, "c": 1}), json!({"c": 1, "d": 2})), None);
        assert_eq!(lost(json!({"items": []}), json!({})).as_deref(), Some("items"));
        assert_eq!(lost(json!({"selector": {}}), json!({})).as_deref(), Some("selector"));
        assert_eq!(lost(json!({"a": [1, 2]}), json!({"a": [1]})).as_deref(), Some("a[1]"));
    }
}
