//! Shapes: partial JSON patterns that responses are matched against.
//!
//! - An object must have the shape's fields and may have more. A field whose shape is `null` must be absent.
//! - A list must have the same length, and each element must match its shape. `["…", x]` allows any
//!   number of elements before `x`, `[x, "…"]` any number after it.
//! - `"*"` matches anything but `null`; `"~text"` a string that contains the text; `">12"` a string that
//!   is a greater decimal number. Any other value matches only itself.

use std::cmp::Ordering;

use serde_json::Value;

/// Returns the first difference with its JSON pointer, or `None` if the value matches the shape.
pub(crate) fn difference(shape: &Value, found: &Value) -> Option<String> {
    at("", shape, found)
}

fn at(pointer: &str, shape: &Value, found: &Value) -> Option<String> {
    let differs = || Some(format!("{}: expected {shape}, got {found}", display(pointer)));
    match (shape, found) {
        (Value::Object(shape), Value::Object(found)) => shape.iter().find_map(|(key, shape)| {
            at(&format!("{pointer}/{key}"), shape, found.get(key).unwrap_or(&Value::Null))
        }),
        (Value::Array(shape), Value::Array(found)) => {
            let (shape, found) = match shape.split_first() {
                Some((Value::String(rest), shape)) if rest == "…" && found.len() >= shape.len() => {
                    (shape, &found[found.len() - shape.len()..])
                }
                _ => match shape.split_last() {
                    Some((Value::String(rest), shape))
                        if rest == "…" && found.len() >= shape.len() =>
                    {
                        (shape, &found[..shape.len()])
                    }
                    _ => (shape.as_slice(), found.as_slice()),
                },
            };
            if shape.len() != found.len() {
                return differs();
            }
            let pairs = shape.iter().zip(found).enumerate();
            pairs
                .into_iter()
                .find_map(|(i, (shape, found))| at(&format!("{pointer}/{i}"), shape, found))
        }
        (Value::String(text), _) if text == "*" && !found.is_null() => None,
        (Value::String(text), Value::String(found)) => {
            let matches = match (text.strip_prefix('~'), text.strip_prefix('>')) {
                (Some(part), _) => found.contains(part),
                (_, Some(number)) => is_greater(found, number),
                _ => text == found,
            };
            if matches { None } else { differs() }
        }
        _ if shape == found => None,
        _ => differs(),
    }
}

/// Compares decimal numbers of any length, as KEP-5504 compares resource versions.
fn is_greater(found: &str, than: &str) -> bool {
    let decimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    decimal(found)
        && decimal(than)
        && found.len().cmp(&than.len()).then_with(|| found.cmp(than)) == Ordering::Greater
}

fn display(pointer: &str) -> &str {
    if pointer.is_empty() { "the root" } else { pointer }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    #[allow(clippy::needless_pass_by_value, reason = "keeps the calls short")]
    fn check(shape: Value, found: Value, expected: Option<&str>) {
        let difference = difference(&shape, &found);
        match expected {
            None => assert_eq!(difference, None),
            Some(pointer) => {
                let text = difference.expect("a difference");
                assert!(text.starts_with(&format!("{pointer}: ")), "{text}");
            }
        }
    }

    #[test]
    fn objects_may_have_more_fields_than_the_shape() {
        check(json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 2}, "d": 3}), None);
        check(json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), Some("/a/b"));
        check(json!({"a": 1}), json!({}), Some("/a"));
        check(json!({"a": null}), json!({}), None);
        check(json!({"a": null}), json!({"a": 1}), Some("/a"));
    }

    #[test]
    fn lists_match_by_length_unless_an_ellipsis_allows_more() {
        check(json!(["*"]), json!([1]), None);
        check(json!(["*"]), json!([1, 2]), Some("the root"));
        check(json!(["…", 2]), json!([0, 1, 2]), None);
        check(json!([0, "…"]), json!([0, 1, 2]), None);
        check(json!([0, "…"]), json!([1, 0]), Some("/0"));
        check(json!(["…", 2]), json!([1]), Some("/0"));
        check(json!(["…", 2]), json!([]), Some("the root"));
    }

    #[test]
    fn string_patterns_match_other_values() {
        check(json!("*"), json!(null), Some("the root"));
        check(json!("~old"), json!("too old a version"), None);
        check(json!("~old"), json!("new"), Some("the root"));
        check(json!(">9"), json!("10"), None);
        check(json!(">99999999999999999999"), json!("100000000000000000000"), None);
        check(json!(">10"), json!("10"), Some("the root"));
        check(json!(">10"), json!("x"), Some("the root"));
    }
}
