//! The order of values of a field, as kubectl has it.

use std::cmp::Ordering;

use serde_json::Value;

/// Compares two values: numbers and quantities by amount, other texts with the numbers in them by value, so that `web-9`
/// is before `web-10`. Times are texts.
pub(super) fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one.as_f64().unwrap_or_default().total_cmp(&other.as_f64().unwrap_or_default())
        }
        (Value::String(one), Value::String(other)) => match (amount(one), amount(other)) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            _ => natural(one, other),
        },
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        _ => natural(&text(one), &text(other)),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns the amount of a quantity: `500m`, `1.5Gi`, `3e2`. What is none, as a name or a time, has none.
fn amount(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-')));
    let (number, suffix) = text.split_at(end.unwrap_or(text.len()));
    if let Some(exponent) = suffix.strip_prefix(['e', 'E'])
        && !exponent.is_empty()
    {
        return Some(number.parse::<f64>().ok()? * 10f64.powi(exponent.parse().ok()?));
    }
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024f64,
        "Mi" => 1024f64.powi(2),
        "Gi" => 1024f64.powi(3),
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        "Ei" => 1024f64.powi(6),
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

/// Compares texts, and the numbers in them by value.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let (a, b) = (digits(one), digits(other));
        if a > 0 && b > 0 {
            let numbers = [&one[..a], &other[..b]].map(|digits| digits.trim_start_matches('0'));
            let by_value = numbers[0].len().cmp(&numbers[1].len()).then(numbers[0].cmp(numbers[1]));
            if by_value.is_ne() {
                return by_value;
            }
            (one, other) = (&one[a..], &other[b..]);
            continue;
        }
        match (one.chars().next(), other.chars().next()) {
            (Some(a), Some(b)) if a == b => {
                (one, other) = (&one[a.len_utf8()..], &other[b.len_utf8()..]);
            }
            (a, b) => return a.cmp(&b),
        }
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_in_order() {
        for ordered in [
            vec![json!(-1), json!(2), json!(10.5), json!(11)],
            vec![json!("500m"), json!("1"), json!("1.5"), json!("2e3"), json!("1Mi"), json!("2M")],
            vec![json!("web-2"), json!("web-9"), json!("web-10"), json!("web-10a"), json!("web-b")],
            vec![json!("2026-01-02T03:04:05Z"), json!("2026-01-02T03:04:06Z")],
            vec![json!(false), json!(true)],
            vec![json!("a"), json!("a0"), json!("a00b"), json!("a0c")],
        ] {
            for pair in ordered.windows(2) {
                assert_eq!(compare(&pair[0], &pair[1]), Ordering::Less, "{pair:?}");
                assert_eq!(compare(&pair[1], &pair[0]), Ordering::Greater, "{pair:?}");
            }
        }
        assert_eq!(compare(&json!("1000m"), &json!("1")), Ordering::Equal);
    }
}
