//! The meaning of scalars in YAML 1.1, as kubectl's parser defines it.

use serde_json::Value;
use watchable_core::ByteString;

use super::go_number::{self, Integer};

/// What a scalar means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Integer(Integer),
    Float(f64),
    Text(String),
}

impl Scalar {
    /// Resolves a scalar. `tag` is its type in YAML's own namespace, such as `int`; `plain` says that it is
    /// neither quoted nor a block. A scalar of any other tag is a text.
    pub(super) fn resolve(
        text: &str,
        plain: bool,
        tag: Option<&str>,
    ) -> Result<Self, &'static str> {
        match (tag, Self::of_plain(text)) {
            (None, meaning) if plain => Ok(meaning),
            (Some("null"), Self::Null) => Ok(Self::Null),
            (Some("bool"), meaning @ Self::Bool(_))
            | (Some("int"), meaning @ Self::Integer(_))
            | (Some("float"), meaning @ (Self::Float(_) | Self::Integer(_))) => Ok(meaning),
            (Some("null" | "bool" | "int" | "float"), _) => {
                Err("the value is not of its tag's type")
            }
            (Some("binary"), _) => {
                let bytes: ByteString =
                    text.parse().map_err(|_| "!!binary is not followed by base64")?;
                Ok(Self::Text(String::from_utf8_lossy(&bytes.0).into_owned()))
            }
            _ => Ok(Self::Text(text.to_owned())),
        }
    }

    fn of_plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
                return Self::Bool(true);
            }
            "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off"
            | "OFF" => return Self::Bool(false),
            ".nan" | ".NaN" | ".NAN" => return Self::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
                return Self::Float(f64::INFINITY);
            }
            "-.inf" | "-.Inf" | "-.INF" => return Self::Float(f64::NEG_INFINITY),
            _ => {}
        }
        let number = match text.as_bytes()[0] {
            b'0'..=b'9' | b'+' | b'-' => Self::number(&text.replace('_', "")),
            b'.' if separates_digits(text) => {
                go_number::float(&text.replace('_', "")).map(Self::Float)
            }
            _ => None,
        };
        number.unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    fn number(text: &str) -> Option<Self> {
        let integer = go_number::integer(text).map(Self::Integer);
        integer.or_else(|| go_number::float(text).map(Self::Float))
    }

    /// Returns the scalar as a value of JSON.
    pub(super) fn into_json(self) -> Result<Value, &'static str> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Bool(value) => value.into(),
            Self::Integer(Integer::Signed(value)) => value.into(),
            // kubectl keeps integers beyond an int64 as float64.
            #[allow(clippy::cast_precision_loss, reason = "as kubectl does")]
            Self::Integer(Integer::Unsigned(value)) => (value as f64).into(),
            Self::Float(value) if !value.is_finite() => {
                return Err("infinity and NaN cannot be expressed in JSON");
            }
            Self::Float(value) => go_number::in_json(value),
            Self::Text(text) => text.into(),
        })
    }

    /// Returns the scalar as a key.
    pub(super) fn into_key(self) -> Result<String, &'static str> {
        Ok(match self {
            Self::Null => return Err("null cannot be a key"),
            Self::Bool(value) => value.to_string(),
            Self::Integer(Integer::Signed(value)) => value.to_string(),
            Self::Integer(Integer::Unsigned(_)) => {
                return Err("an integer beyond 64 bits with a sign cannot be a key");
            }
            Self::Float(value) => go_number::float_as_key(value),
            Self::Text(text) => text,
        })
    }
}

/// Returns whether every `_` is between two digits.
fn separates_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |index: Option<usize>| {
        index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_digit)
    };
    (0..bytes.len())
        .filter(|index| bytes[*index] == b'_')
        .all(|index| is_digit(index.checked_sub(1)) && is_digit(Some(index + 1)))
}
