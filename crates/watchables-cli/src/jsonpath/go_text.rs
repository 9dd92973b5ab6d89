//! Texts of values as Go has them, which kubectl prints.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

/// Appends what a template prints of a value: JSON of an object or a list, otherwise the value itself.
pub(super) fn printed(value: &Value, text: &mut String) {
    match value {
        Value::Object(_) | Value::Array(_) => json(value, text),
        Value::Null => text.push_str("null"),
        _ => plain(value, text),
    }
}

/// Appends what a custom column shows of a value: `map[a:1 b:[1 2]]`.
pub(crate) fn plain(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("<nil>"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&decimal(number, false)),
        Value::String(value) => text.push_str(value),
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    text.push(' ');
                }
                plain(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push_str("map[");
            for (i, (name, value)) in sorted(members).into_iter().enumerate() {
                let _ = write!(text, "{}{name}:", if i > 0 { " " } else { "" });
                plain(value, text);
            }
            text.push(']');
        }
    }
}

fn json(value: &Value, text: &mut String) {
    match value {
        Value::Number(number) => text.push_str(&decimal(number, true)),
        Value::String(value) => string(value, text),
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                json(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (i, (name, value)) in sorted(members).into_iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                string(name, text);
                text.push(':');
                json(value, text);
            }
            text.push('}');
        }
        Value::Null => text.push_str("null"),
        Value::Bool(_) => plain(value, text),
    }
}

/// Appends a string of JSON. What could end a script in HTML is escaped.
fn string(value: &str, text: &mut String) {
    let quoted = Value::from(value).to_string();
    for c in quoted.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
}

/// Whichever order the map has.
fn sorted(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    members
}

/// Returns what YAML has for a number: whatever Go writes as an integer into JSON is one, if it has at most 64 bits.
pub(crate) fn number(number: &Number) -> String {
    let json = decimal(number, true);
    match (json.parse::<i64>(), json.parse::<u64>()) {
        (Ok(integer), _) => integer.to_string(),
        (_, Ok(_)) => json,
        _ => decimal(number, false),
    }
}

/// Returns a number: integers of 64 bits with a sign as they are, others as Go prints a `float64`.
fn decimal(number: &Number, is_json: bool) -> String {
    let Some(float) = number.as_f64().filter(|_| number.as_i64().is_none()) else {
        return number.to_string();
    };
    // In plain text, numbers of more than six digits have an exponent.
    let without_exponent = if is_json { 1e-6..1e21 } else { 1e-4..1e6 };
    if float == 0.0 || without_exponent.contains(&float.abs()) {
        let text = float.to_string();
        // Of two that are as near, Go takes the one whose last digit is even, as does a format with a precision.
        return match text.split_once('.') {
            Some((_, fraction)) => format!("{float:.*}", fraction.len()),
            None => text,
        };
    }
    let text = format!("{float:e}");
    let places = text.split_once('e').map_or(0, |(digits, _)| digits.trim_start_matches('-').len());
    let text = format!("{float:.*e}", places.saturating_sub("1.".len()));
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    let width = if is_json { 1 } else { 2 };
    format!("{digits}e{sign}{exponent:0>width$}")
}
