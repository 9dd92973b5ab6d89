//! Numbers, as JSON writes them.

use serde::de::{Unexpected, Visitor};

use super::error::Error;

/// A number, as whole as it can be.
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

/// Where the number that begins at `at` ends, and whether it is written as a whole one; `None` where
/// it is malformed.
pub(super) fn extent(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let whole = at + usize::from(bytes.get(at) == Some(&b'-'));
    let mut end = digits(whole);
    if end == whole || (bytes[whole] == b'0' && end > whole + 1) {
        return None;
    }
    let mut is_whole = true;
    if bytes.get(end) == Some(&b'.') {
        is_whole = false;
        let fraction = end + 1;
        end = digits(fraction);
        if end == fraction {
            return None;
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        is_whole = false;
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = end + 1 + signed;
        end = digits(exponent);
        if end == exponent {
            return None;
        }
    }
    Some((end, is_whole))
}

/// The value of a number's text. What no 64-bit integer holds becomes a float, as does `-0`; what
/// no float holds is `None`.
pub(super) fn value(text: &str, is_whole: bool) -> Option<Number> {
    if is_whole {
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
