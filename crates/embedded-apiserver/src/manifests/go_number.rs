//! Numbers as Go's `strconv` parses and prints them.

use serde_json::Value;

/// An integer that Go reads as `int64`, or as `uint64` if it is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integer {
    Signed(i64),
    Unsigned(u64),
}

/// Parses an integer with an optional sign and a prefix of its base: `0x`, `0o`, `0b`, or `0` for octal.
pub(super) fn integer(text: &str) -> Option<Integer> {
    let (sign, magnitude) = match text.as_bytes().first()? {
        b'-' => (Some(-1), &text[1..]),
        b'+' => (Some(1), &text[1..]),
        _ => (None, text),
    };
    let prefix = magnitude.get(..2).unwrap_or_default().to_ascii_lowercase();
    let (base, digits) = match prefix.as_str() {
        "0x" => (16, &magnitude[2..]),
        "0o" => (8, &magnitude[2..]),
        "0b" => (2, &magnitude[2..]),
        _ if magnitude.len() > 1 && magnitude.starts_with('0') => (8, &magnitude[1..]),
        _ => (10, magnitude),
    };
    if !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    let signed = i128::from(magnitude) * sign.unwrap_or(1);
    match i64::try_from(signed) {
        Ok(value) => Some(Integer::Signed(value)),
        Err(_) => sign.is_none().then_some(Integer::Unsigned(magnitude)),
    }
}

/// Parses a decimal number with a point or an exponent. `None` also if it is too large for an `f64`.
pub(super) fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let all_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_is_valid = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    let is_number = all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent_is_valid;
    if !is_number {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Returns the number as Go writes it to JSON: as an integer if it has no fraction.
pub(super) fn in_json(value: f64) -> Value {
    match value.to_string().parse::<i64>() {
        Ok(integer) => integer.into(),
        Err(_) => value.into(),
    }
}

/// Replaces all numbers of a value that is read as JSON by what Go makes of them: an `int64`, or else a `float64`.
pub(super) fn normalise(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_i64().is_none() => {
            *value = number.as_f64().map_or(Value::Null, in_json);
        }
        Value::Array(items) => items.iter_mut().for_each(normalise),
        Value::Object(members) => members.values_mut().for_each(normalise),
        _ => {}
    }
}

/// Prints a number as `sigs.k8s.io/yaml` prints a key: shortest, in the precision of an `f32`.
pub(super) fn float_as_key(value: f64) -> String {
    #[allow(clippy::cast_possible_truncation, reason = "that is the precision of keys")]
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        // As Go's format `g` without a precision.
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => value.to_string(),
    }
}
