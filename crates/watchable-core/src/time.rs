//! Timestamps as the API writes them: to the second, and to the microsecond.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A timestamp that is written to the second, in UTC: `2026-11-22T13:35:49Z`.
///
/// A fraction in the input is kept and written again. The end of the year 9999, which people use for "never",
/// is beyond the range of a [`Timestamp`]: it decodes as [`Timestamp::MAX`], which is written as
/// `9999-12-31T23:59:59Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(pub Timestamp);

/// A timestamp that is written to the microsecond, in UTC: `2026-11-22T13:35:49.000000Z`.
///
/// Digits beyond the microsecond in the input are kept and written again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MicroTime(pub Timestamp);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Timestamp::MAX { f.write_str("9999-12-31T23:59:59Z") } else { self.0.fmt(f) }
    }
}

impl fmt::Display for MicroTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Timestamp::MAX {
            return f.write_str("9999-12-31T23:59:59.000000Z");
        }
        let digits = if self.0.subsec_nanosecond() % 1_000 == 0 { 6 } else { 9 };
        DateTimePrinter::new()
            .precision(Some(digits))
            .print_timestamp(&self.0, jiff::fmt::StdFmtWrite(f))
            .map_err(|_| fmt::Error)
    }
}

/// Implements encoding and decoding as RFC 3339.
macro_rules! rfc3339 {
    ($name:ident) => {
        impl From<Timestamp> for $name {
            fn from(timestamp: Timestamp) -> Self {
                Self(timestamp)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Rfc3339).map(Self)
            }
        }
    };
}

rfc3339!(Time);
rfc3339!(MicroTime);

struct Rfc3339;

impl Visitor<'_> for Rfc3339 {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 timestamp")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        if let Some(timestamp) = parse_server_format(text.as_bytes()) {
            return Ok(timestamp);
        }
        text.parse().or_else(|error| match text.strip_suffix('Z').map(str::parse::<DateTime>) {
            Some(Ok(never)) if never.year() == 9999 => Ok(Timestamp::MAX),
            _ => Err(E::custom(format_args!("invalid timestamp {text:?}: {error}"))),
        })
    }
}

/// Parses the two formats that API servers write, to the second and to the microsecond. It is faster than
/// `jiff`'s parser, which accepts all of RFC 3339 and more. Returns `None` for any other format.
fn parse_server_format(text: &[u8]) -> Option<Timestamp> {
    let (date, rest) = text.split_first_chunk::<11>()?;
    let (time, fraction) = rest.split_first_chunk::<8>()?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T'] = date else { return None };
    let [h0, h1, b':', n0, n1, b':', s0, s1] = time else { return None };
    let nanos = match fraction {
        b"Z" => 0,
        [b'.', micros @ .., b'Z'] if micros.len() == 6 => {
            micros
                .iter()
                .try_fold(0, |sum, digit| Some(sum * 10 + i32::from(digit_value(*digit)?)))?
                * 1_000
        }
        _ => return None,
    };
    let year = i16::from(two_digits(*y0, *y1)?) * 100 + i16::from(two_digits(*y2, *y3)?);
    let (month, day) = (two_digits(*m0, *m1)?, two_digits(*d0, *d1)?);
    let (hour, minute, second) =
        (two_digits(*h0, *h1)?, two_digits(*n0, *n1)?, two_digits(*s0, *s1)?);
    let time = DateTime::new(year, month, day, hour, minute, second, nanos).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

/// Returns the value of two digits.
fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    Some(digit_value(tens)? * 10 + digit_value(ones)?)
}

fn digit_value(digit: u8) -> Option<i8> {
    let value = digit.wrapping_sub(b'0');
    if value < 10 { value.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T: Serialize + serde::de::DeserializeOwned>(text: &str) -> String {
        let value: T = serde_json::from_value(text.into()).unwrap();
        serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn time_round_trips_with_its_fraction() {
        for text in ["2026-11-22T13:35:49Z", "0001-01-01T00:00:00Z", "2026-11-22T13:35:49.25Z"] {
            assert_eq!(round_trip::<Time>(text), text);
        }
    }

    #[test]
    fn end_of_year_9999_round_trips() {
        assert_eq!(round_trip::<Time>("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59Z");
        let micro = "9999-12-31T23:59:59.000000Z";
        assert_eq!(round_trip::<MicroTime>(micro), micro);
        assert_eq!(round_trip::<Time>("9999-12-30T21:59:59Z"), "9999-12-30T21:59:59Z");
        for text in ["9999-12-32T00:00:00Z", "9999-13-01T00:00:00Z", "9999-12-31Zz"] {
            assert!(serde_json::from_value::<Time>(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn micro_time_has_six_digits_or_more_if_needed() {
        for text in ["2026-11-22T13:35:49.000000Z", "2026-11-22T13:35:49.123456Z"] {
            assert_eq!(round_trip::<MicroTime>(text), text);
        }
        let nanos = "2026-11-22T13:35:49.123456789Z";
        assert_eq!(round_trip::<MicroTime>(nanos), nanos);
    }

    #[test]
    fn server_formats_parse_as_with_jiff() {
        let plain = "2026-11-22T13:35:49Z";
        let micro = "2024-02-29T23:59:59.123456Z";
        for text in [plain, micro, "0001-01-01T00:00:00Z", "9999-12-30T21:59:59Z"] {
            assert_eq!(parse_server_format(text.as_bytes()), Some(text.parse().unwrap()));
        }
        // With any byte replaced, the result is the same as jiff's, or `None`.
        for text in [plain, micro] {
            for at in 0..text.len() {
                for other in "059-:T.Z/x ".chars() {
                    let text = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                    if let Some(read) = parse_server_format(text.as_bytes()) {
                        assert_eq!(Some(read), text.parse().ok(), "{text}");
                    }
                }
                assert_eq!(parse_server_format(&text.as_bytes()[..at]), None, "{at}");
            }
        }
        for text in ["2023-02-29T00:00:00Z", "2026-11-22T13:35:60Z", "9999-12-31T23:59:59Z"] {
            assert_eq!(parse_server_format(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn offset_is_converted_to_utc() {
        assert_eq!(round_trip::<Time>("2026-11-22T15:35:49+02:00"), "2026-11-22T13:35:49Z");
    }

    #[test]
    fn invalid_timestamp_is_an_error() {
        let error = serde_json::from_str::<Time>(r#""yesterday""#).unwrap_err();
        assert!(error.to_string().contains("invalid timestamp \"yesterday\""), "{error}");
    }
}
