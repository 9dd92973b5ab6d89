//! JSON numbers: where they end, and their value.

use serde::de::{Unexpected, Visitor};

use crate::decode_error::Error;

/// A number, as an integer if 64 bits hold it.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Unsigned(u64),
    Negative(i64),
    Float(f64),
}

impl Number {
    pub(super) fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Unsigned(number) => visitor.visit_u64(number),
            Self::Negative(number) => visitor.visit_i64(number),
            Self::Float(number) => visitor.visit_f64(number),
        }
    }

    pub(super) fn unexpected(self) -> Unexpected<'static> {
        match self {
            Self::Unsigned(number) => Unexpected::Unsigned(number),
            Self::Negative(number) => Unexpected::Signed(number),
            Self::Float(number) => Unexpected::Float(number),
        }
    }
}

/// Returns the end of the number that starts at `at`, and whether it is written as an integer; `None` if it
/// is malformed.
pub(super) fn scan(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let integer = at + usize::from(bytes.get(at) == Some(&b'-'));
    let mut end = digits(integer);
    if end == integer || (bytes[integer] == b'0' && end > integer + 1) {
        return None;
    }
    let mut is_integer = true;
    if bytes.get(end) == Some(&b'.') {
        is_integer = false;
        let fraction = end + 1;
        end = digits(fraction);
        if end == fraction {
            return None;
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        is_integer = false;
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = end + 1 + signed;
        end = digits(exponent);
        if end == exponent {
            return None;
        }
    }
    Some((end, is_integer))
}

/// Returns the value of a number's text. An integer beyond 64 bits becomes a float, as does `-0`; a number
/// beyond the range of floats is `None`.
pub(super) fn parse(text: &str, is_integer: bool) -> Option<Number> {
    if is_integer {
        if let Ok(number) = text.parse() {
            return Some(Number::Unsigned(number));
        }
        if text != "-0"
            && let Ok(number) = text.parse()
        {
            return Some(Number::Negative(number));
        }
    }
    text.parse().ok().filter(|number: &f64| number.is_finite()).map(Number::Float)
}
