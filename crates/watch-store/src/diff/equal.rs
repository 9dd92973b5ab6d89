//! When two JSON values are the same: numbers by value, and `null` members as absent ones.

use serde_json::{Map, Number, Value};

/// Returns whether two values are the same.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            members(a).count() == members(b).count()
                && members(a).all(|(name, a)| member(b, name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Compares integers exactly, also with numbers that are written with a fraction or an exponent.
pub(super) fn same_number(a: &Number, b: &Number) -> bool {
    a == b || number_text(a) == number_text(b)
}

/// Returns a member that is not `null`.
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// Returns the members that are not `null`.
pub(super) fn members(object: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    object.iter().filter(|(_, value)| !value.is_null())
}

/// Appends a text that is the same for values that are the same.
pub(super) fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(object) => {
            let mut members: Vec<_> = members(object).collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in members {
                text.push_str(&Value::String(name.clone()).to_string());
                canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Null | Value::Bool(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
}

fn number_text(number: &Number) -> String {
    // No `f64` is an integer that its digits do not give exactly.
    let integer = number.as_f64().filter(|value| number.is_f64() && value.fract() == 0.0);
    let integer = integer.and_then(|value| format!("{value:.0}").parse::<i128>().ok());
    integer.map_or_else(|| number.to_string(), |integer| integer.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_the_same_by_value() {
        for (a, b, expected) in [
            ("1", "1.0", true),
            ("1", "1e0", true),
            ("0", "-0.0", true),
            ("1", "1.5", false),
            ("1e300", "1e300", true),
            ("9007199254740993", "9007199254740992.0", false),
            ("9007199254740992", "9007199254740992.0", true),
            ("18446744073709551615", "-1", false),
        ] {
            let (a, b): (Value, Value) =
                (serde_json::from_str(a).unwrap(), serde_json::from_str(b).unwrap());
            assert_eq!(same(&a, &b), expected, "{a} {b}");
            let text = |value: &Value| {
                let mut text = String::new();
                canonical(value, &mut text);
                text
            };
            assert_eq!(text(&a) == text(&b), expected, "{a} {b}");
        }
    }

    #[test]
    fn null_members_are_absent_and_null_items_are_not() {
        assert!(same(&json!({"a": null, "b": 1}), &json!({"b": 1, "c": null})));
        assert!(same(&json!([{"a": null}]), &json!([{}])));
        assert!(!same(&json!([null]), &json!([])));
        assert!(!same(&json!({"a": 1}), &json!({"b": 1})));
        assert!(!same(&json!({"a": {}}), &json!({})));
    }
}
