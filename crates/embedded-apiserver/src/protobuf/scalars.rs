//! Values whose JSON is no object of their message: bytes, times, quantities, raw JSON and the like.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Number, Value};

use super::decode_error::DecodeError;
use super::messages::Type;
use super::wire::{Content, Reader};
use super::writer;

/// 9999-12-31T23:59:59Z, which stands for "never" and exceeds jiff's greatest timestamp: as text, and in seconds.
const NEVER: (&str, i64) = ("9999-12-31T23:59:59Z", 253_402_300_799);
/// Go's zero time, which is null in JSON and an empty message: 0001-01-01T00:00:00Z.
const ZERO_TIME: i64 = -62_135_596_800;

/// Returns the contents of a value's field, if it is of the type.
pub(super) fn encode(type_: Type, value: &Value) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match (type_, value) {
        (Type::Bytes, Value::String(text)) => return BASE64_STANDARD.decode(text).ok(),
        (Type::Time | Type::MicroTime, Value::String(text)) => {
            let (seconds, nanos) = seconds_and_nanos(text)?;
            if (seconds, nanos) != (ZERO_TIME, 0) {
                writer::integer(&mut out, 1, seconds);
                // A time has whole seconds, a micro time whole microseconds.
                let nanos = if type_ == Type::Time { 0 } else { nanos - nanos % 1_000 };
                writer::integer(&mut out, 2, nanos.into());
            }
        }
        (Type::Quantity, Value::String(text)) => writer::bytes(&mut out, 1, text.as_bytes()),
        (Type::Quantity, Value::Number(number)) => {
            writer::bytes(&mut out, 1, number.to_string().as_bytes());
        }
        (Type::IntOrString, Value::Number(number)) => {
            writer::integer(&mut out, 1, 0);
            writer::integer(&mut out, 2, integer(number)?);
            writer::bytes(&mut out, 3, b"");
        }
        (Type::IntOrString, Value::String(text)) => {
            writer::integer(&mut out, 1, 1);
            writer::integer(&mut out, 2, 0);
            writer::bytes(&mut out, 3, text.as_bytes());
        }
        (Type::Json, value) => writer::bytes(&mut out, 1, value.to_string().as_bytes()),
        _ => return None,
    }
    Some(out)
}

/// Decodes the contents of a value's field.
pub(super) fn decode(type_: Type, content: &Content<'_>) -> Result<Value, DecodeError> {
    let bytes = content.bytes()?;
    match type_ {
        Type::Bytes => Ok(BASE64_STANDARD.encode(bytes).into()),
        Type::Time => decode_time(bytes, |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        Type::MicroTime => decode_time(bytes, |time| format!("{time:.6}")),
        Type::Quantity => match last(bytes, 1)? {
            Some(field) => field.text().map(Value::from),
            None => Ok("0".into()),
        },
        Type::Json => match last(bytes, 1)? {
            Some(field) if !field.bytes()?.is_empty() => serde_json::from_slice(field.bytes()?)
                .map_err(|error| DecodeError::new(format!("it is not JSON: {error}"))),
            _ => Ok(Value::Null),
        },
        Type::IntOrString => decode_int_or_string(bytes),
        _ => Err(content.mismatch()),
    }
}

/// Returns an integer, also of a number that is written with a fraction of zero.
pub(super) fn integer(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let value = number.as_f64().filter(|value| value.fract() == 0.0)?;
        format!("{value:.0}").parse().ok()
    })
}

/// Returns the JSON of a floating point number: Go writes those without a fraction as integers, with zeros after the
/// digits that tell them apart.
pub(super) fn double(value: f64) -> Value {
    let is_integer = value.fract() == 0.0 && (value != 0.0 || value.is_sign_positive());
    let integer = is_integer.then(|| value.to_string().parse::<i64>().ok()).flatten();
    integer.map_or_else(|| value.into(), Value::from)
}

fn seconds_and_nanos(text: &str) -> Option<(i64, i32)> {
    if text == NEVER.0 {
        return Some((NEVER.1, 0));
    }
    let time: Timestamp = text.parse().ok()?;
    // The parts have the sign of the time; those of protobuf count from the second before.
    let (seconds, nanos) = (time.as_second(), time.subsec_nanosecond());
    Some(if nanos < 0 { (seconds - 1, nanos + 1_000_000_000) } else { (seconds, nanos) })
}

/// Decodes seconds and nanoseconds. Go's zero time has neither and is null.
fn decode_time(bytes: &[u8], format: impl Fn(Timestamp) -> String) -> Result<Value, DecodeError> {
    let (mut seconds, mut nanos) = (None, 0);
    for field in Reader::new(bytes) {
        match field? {
            (1, content) => seconds = Some(content.integer()?),
            (2, content) => nanos = content.integer()?,
            _ => {}
        }
    }
    let Some(seconds) = seconds else { return Ok(Value::Null) };
    if seconds == NEVER.1 {
        return Ok(NEVER.0.into());
    }
    let invalid = || DecodeError::new(format!("{seconds} s and {nanos} ns are no time"));
    let nanos = i32::try_from(nanos).map_err(|_| invalid())?;
    Timestamp::new(seconds, nanos).map(|time| format(time).into()).map_err(|_| invalid())
}

fn decode_int_or_string(bytes: &[u8]) -> Result<Value, DecodeError> {
    let (mut is_string, mut number, mut string) = (false, 0, String::new());
    for field in Reader::new(bytes) {
        match field? {
            (1, content) => is_string = content.integer()? != 0,
            (2, content) => number = content.integer()?,
            (3, content) => string = content.text()?,
            _ => {}
        }
    }
    Ok(if is_string { string.into() } else { number.into() })
}

/// Returns the last field with a number.
pub(super) fn last(message: &[u8], number: u32) -> Result<Option<Content<'_>>, DecodeError> {
    let mut found = None;
    for field in Reader::new(message) {
        let (other, content) = field?;
        if other == number {
            found = Some(content);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_and_beyond_jiffs_are_split_as_in_go() {
        for (text, expected) in [
            ("1970-01-01T00:00:01Z", Some((1, 0))),
            ("1969-12-31T23:59:59.999999999Z", Some((-1, 999_999_999))),
            ("1969-12-31T23:59:58.25Z", Some((-2, 250_000_000))),
            ("2024-02-29T01:00:00+01:00", Some((1_709_164_800, 0))),
            ("9999-12-31T23:59:59Z", Some((253_402_300_799, 0))),
            ("0001-01-01T00:00:00Z", Some((ZERO_TIME, 0))),
            ("yesterday", None),
        ] {
            assert_eq!(seconds_and_nanos(text), expected, "{text}");
        }
    }
}
