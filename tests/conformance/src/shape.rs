//! Whether JSON has a shape: a shape is JSON that says only what matters.
//!
//! - An object's fields are those that it must have; it may have more. `null`: it must not be there.
//! - A list has the same length, each element its shape; `["…", x]` begins with any number of
//!   others, `[x, "…"]` ends with them.
//! - `"*"` is anything but `null`; `"~text"` a string that contains the text; `">12"` a string of a
//!   decimal number greater than that. All else is itself.

use std::cmp::Ordering;

use serde_json::Value;

/// What differs, with its place; nothing where the shape fits.
pub(crate) fn difference(shape: &Value, found: &Value) -> Option<String> {
    at("", shape, found)
}

fn at(place: &str, shape: &Value, found: &Value) -> Option<String> {
    let differs = || Some(format!("{}: {shape} was expected, not {found}", named(place)));
    match (shape, found) {
        (Value::Object(shape), Value::Object(found)) => shape.iter().find_map(|(key, shape)| {
            at(&format!("{place}/{key}"), shape, found.get(key).unwrap_or(&Value::Null))
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
                .find_map(|(i, (shape, found))| at(&format!("{place}/{i}"), shape, found))
        }
        (Value::String(text), _) if text == "*" && !found.is_null() => None,
        (Value::String(text), Value::String(found)) => {
            let fits = match (text.strip_prefix('~'), text.strip_prefix('>')) {
                (Some(part), _) => found.contains(part),
                (_, Some(number)) => later(found, number),
                _ => text == found,
            };
            if fits { None } else { differs() }
        }
        _ if shape == found => None,
        _ => differs(),
    }
}

/// Decimal numbers of any length, as KEP-5504 compares resource versions.
fn later(found: &str, than: &str) -> bool {
    let decimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    decimal(found)
        && decimal(than)
        && found.len().cmp(&than.len()).then_with(|| found.cmp(than)) == Ordering::Greater
}

fn named(place: &str) -> &str {
    if place.is_empty() { "the whole" } else { place }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    #[allow(clippy::needless_pass_by_value, reason = "so are they written shortest")]
    fn check(shape: Value, found: Value, expected: Option<&str>) {
        let difference = difference(&shape, &found);
        match expected {
            None => assert_eq!(difference, None),
            Some(place) => {
                let told = difference.expect("a difference");
                assert!(told.starts_with(&format!("{place}: ")), "{told}");
            }
        }
    }

    #[test]
    fn only_what_is_named_matters() {
        check(json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 2}, "d": 3}), None);
        check(json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), Some("/a/b"));
        check(json!({"a": 1}), json!({}), Some("/a"));
        check(json!({"a": null}), json!({}), None);
        check(json!({"a": null}), json!({"a": 1}), Some("/a"));
    }

    #[test]
    fn lists_are_as_long_unless_they_begin_with_others() {
        check(json!(["*"]), json!([1]), None);
        check(json!(["*"]), json!([1, 2]), Some("the whole"));
        check(json!(["…", 2]), json!([0, 1, 2]), None);
        check(json!([0, "…"]), json!([0, 1, 2]), None);
        check(json!([0, "…"]), json!([1, 0]), Some("/0"));
        check(json!(["…", 2]), json!([1]), Some("/0"));
        check(json!(["…", 2]), json!([]), Some("the whole"));
    }

    #[test]
    fn strings_may_stand_for_others() {
        check(json!("*"), json!(null), Some("the whole"));
        check(json!("~old"), json!("too old a version"), None);
        check(json!("~old"), json!("new"), Some("the whole"));
        check(json!(">9"), json!("10"), None);
        check(json!(">99999999999999999999"), json!("100000000000000000000"), None);
        check(json!(">10"), json!("10"), Some("the whole"));
        check(json!(">10"), json!("x"), Some("the whole"));
    }
}
