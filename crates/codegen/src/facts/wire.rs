//! How protobuf encodes a property: numbers and type, stored as text such as `2.5 repeated string`.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Failure, Result};

/// The place of a property in a message, and the type of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    /// The number of the field; before it, those of the messages that JSON inlines, outermost first.
    pub(crate) path: Vec<u32>,
    pub(crate) type_: WireType,
}

/// The type of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WireType {
    Scalar(Scalar),
    /// The message of the definition that the property refers to, or of the named one.
    Message(Option<String>),
    Repeated {
        items: Box<WireType>,
        packed: bool,
    },
    Map {
        key: Scalar,
        values: Box<WireType>,
    },
    /// A message whose only field, of this number, is the value of the property.
    Wrapped(u32, Box<WireType>),
}

/// The scalar types that Kubernetes uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Bool,
    Int32,
    Int64,
    Double,
    String,
    Bytes,
}

impl Scalar {
    const ALL: [(Self, &str); 6] = [
        (Self::Bool, "bool"),
        (Self::Int32, "int32"),
        (Self::Int64, "int64"),
        (Self::Double, "double"),
        (Self::String, "string"),
        (Self::Bytes, "bytes"),
    ];

    /// Returns the scalar of this name in protobuf, if Kubernetes uses it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, other)| *other == name).map(|(scalar, _)| *scalar)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(scalar, _)| scalar == self).map(|(_, name)| *name);
        f.write_str(name.unwrap_or_default())
    }
}

impl fmt::Display for WireType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => write!(f, "{scalar}"),
            Self::Message(None) => f.write_str("message"),
            Self::Message(Some(name)) => write!(f, "message {name}"),
            Self::Repeated { items, packed: false } => write!(f, "repeated {items}"),
            Self::Repeated { items, packed: true } => write!(f, "packed {items}"),
            Self::Map { key, values } => write!(f, "map<{key}, {values}>"),
            Self::Wrapped(number, inner) => write!(f, "{{{number} {inner}}}"),
        }
    }
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: Vec<_> = self.path.iter().map(ToString::to_string).collect();
        write!(f, "{} {}", path.join("."), self.type_)
    }
}

impl FromStr for WireType {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || Failure::new(format!("`{text}` is not a type of protobuf"));
        let between = |open: &str, close: &str| text.strip_prefix(open)?.strip_suffix(close);
        if let Some(scalar) = Scalar::named(text) {
            return Ok(Self::Scalar(scalar));
        }
        if text == "message" {
            return Ok(Self::Message(None));
        }
        for (keyword, packed) in [("repeated ", false), ("packed ", true)] {
            if let Some(items) = text.strip_prefix(keyword) {
                return Ok(Self::Repeated { items: Box::new(items.parse()?), packed });
            }
        }
        if let Some(entry) = between("map<", ">") {
            let (key, values) = entry.split_once(", ").ok_or_else(bad)?;
            let key = Scalar::named(key).ok_or_else(bad)?;
            return Ok(Self::Map { key, values: Box::new(values.parse()?) });
        }
        if let Some(inner) = between("{", "}") {
            let (number, inner) = inner.split_once(' ').ok_or_else(bad)?;
            return Ok(Self::Wrapped(self::number(number)?, Box::new(inner.parse()?)));
        }
        match text.strip_prefix("message ") {
            Some(name) if !name.is_empty() && !name.contains([' ', '<', '>', '{', '}']) => {
                Ok(Self::Message(Some(name.to_owned())))
            }
            _ => Err(bad()),
        }
    }
}

impl FromStr for Wire {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self> {
        let (path, type_) = text
            .split_once(' ')
            .ok_or_else(|| Failure::new(format!("`{text}` is not a number and a type")))?;
        let path = path.split('.').map(number).collect::<Result<_>>()?;
        Ok(Self { path, type_: type_.parse()? })
    }
}

/// The greatest field number of protobuf.
const MAX_NUMBER: u32 = (1 << 29) - 1;

fn number(text: &str) -> Result<u32> {
    let canonical = |number: &u32| (1..=MAX_NUMBER).contains(number) && number.to_string() == text;
    text.parse()
        .ok()
        .filter(canonical)
        .ok_or_else(|| Failure::new(format!("`{text}` is not a field number")))
}

impl Serialize for Wire {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Wire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_it_is_written() {
        for text in [
            "1 string",
            "2.1.536870911 message",
            "3 repeated message",
            "4 packed int64",
            "5 map<string, bytes>",
            "6 map<string, {1 repeated string}>",
            "7 {1 repeated string}",
            "8 message io.k8s.api.core.v1.Pod",
            "9 repeated message io.k8s.api.core.v1.Pod",
        ] {
            let wire: Wire = text.parse().unwrap();
            assert_eq!(wire.to_string(), text);
            assert_eq!(serde_json::to_string(&wire).unwrap(), format!("{text:?}"));
            assert_eq!(serde_json::from_str::<Wire>(&format!("{text:?}")).unwrap(), wire);
        }
        let wire: Wire = "2.5 repeated string".parse().unwrap();
        let items = Box::new(WireType::Scalar(Scalar::String));
        let type_ = WireType::Repeated { items, packed: false };
        assert_eq!(wire, Wire { path: vec![2, 5], type_ });
    }

    #[test]
    fn other_text_is_rejected() {
        for text in [
            "",
            "string",
            "1",
            "1 ",
            "0 string",
            "01 string",
            "+1 string",
            "536870912 string",
            "1. string",
            "1..2 string",
            "1 float",
            "1 repeated",
            "1 map<string>",
            "1 map<message, string>",
            "1 map<string, string",
            "1 {repeated string}",
            "1 {0 string}",
            "1 message ",
            "1 message a b",
        ] {
            assert!(text.parse::<Wire>().is_err(), "{text}");
        }
    }
}
