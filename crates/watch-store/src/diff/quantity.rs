//! Quantities and times by their values.

use serde::Deserialize;
use serde_json::Value;
use watchable_core::MicroTime;

/// Returns whether two values are quantities of the same amount: `1` and `1000m`, `"1Gi"` and `"1024Mi"`.
pub(super) fn same_quantity(a: &Value, b: &Value) -> bool {
    let amount = |value: &Value| match value {
        Value::String(text) => amount(text),
        Value::Number(number) => amount(&number.to_string()),
        _ => None,
    };
    amount(a).is_some_and(|a| Some(a) == amount(b))
}

/// Returns whether two values are the same time, in any notation of RFC 3339.
pub(super) fn same_time(a: &Value, b: &Value) -> bool {
    let time = |value: &Value| MicroTime::deserialize(value).ok();
    time(a).is_some_and(|a| Some(a) == time(b))
}

/// An amount in the only notation that it has: `odd` has no factor 2 or 5, unless it is zero.
#[derive(Debug, PartialEq, Eq)]
struct Amount {
    is_negative: bool,
    odd: u128,
    twos: i64,
    fives: i64,
}

/// Parses a quantity. Returns `None` if it is none, or has more than some 38 significant digits.
fn amount(text: &str) -> Option<Amount> {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let all = format!("{whole}{fraction}");
    let digits = all.trim_end_matches('0');
    let zeros = i64::try_from(all.len() - digits.len()).ok()?;
    let mut odd: u128 = match digits.trim_start_matches('0') {
        "" => 0,
        digits => digits.parse().ok()?,
    };
    let (tens, mut twos) = exponents(suffix)?;
    let tens = tens + zeros - i64::try_from(fraction.len()).ok()?;
    if odd == 0 {
        return Some(Amount { is_negative: false, odd, twos: 0, fives: 0 });
    }
    twos += i64::from(odd.trailing_zeros()) + tens;
    odd >>= odd.trailing_zeros();
    let mut fives = tens;
    while odd.is_multiple_of(5) {
        odd /= 5;
        fives += 1;
    }
    Some(Amount { is_negative, odd, twos, fives })
}

/// Returns the powers of ten and of two that a suffix stands for.
fn exponents(suffix: &str) -> Option<(i64, i64)> {
    Some(match suffix {
        "" => (0, 0),
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            (exponent.into(), 0)
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quantities_are_the_same_by_amount() {
        for (a, b) in [
            ("1", "1000m"),
            ("1Gi", "1024Mi"),
            ("0.5", "500m"),
            ("1.50", "1500m"),
            ("1e3", "1k"),
            ("1E3", "1000"),
            ("2E", "2e18"),
            (".5", "0.5"),
            ("0", "-0Gi"),
            ("1000000000000000000000000000000000000000n", "1e30"),
            ("5Ki", "5120"),
            ("+1", "1"),
            ("0.25Gi", "256Mi"),
        ] {
            assert!(same_quantity(&a.into(), &b.into()), "{a} {b}");
        }
        for (a, b) in [
            ("1", "1Ki"),
            ("1G", "1Gi"),
            ("1", "-1"),
            ("1m", "1M"),
            ("a", "a"),
            ("", ""),
            (".", "."),
            ("1.2.3", "1.2.3"),
            ("1 Gi", "1 Gi"),
            ("1ee3", "1ee3"),
        ] {
            assert!(!same_quantity(&a.into(), &b.into()), "{a} {b}");
        }
        assert!(same_quantity(&json!(2), &json!("2000m")));
        assert!(same_quantity(&json!(0.5), &json!("500m")));
        assert!(!same_quantity(&json!(null), &json!(null)));
    }

    #[test]
    fn times_are_the_same_in_any_notation() {
        let same = |a: &str, b: &str| same_time(&a.into(), &b.into());
        assert!(same("2026-11-22T13:35:49Z", "2026-11-22T13:35:49.000000Z"));
        assert!(same("2026-11-22T13:35:49Z", "2026-11-22T15:35:49+02:00"));
        assert!(!same("2026-11-22T13:35:49Z", "2026-11-22T13:35:50Z"));
        assert!(!same("yesterday", "yesterday"));
        assert!(!same_time(&json!(1), &json!(1)));
    }
}
