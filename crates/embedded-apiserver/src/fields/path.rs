//! A field's place in an object, and its forms in `fieldsV1` and in messages.

use std::fmt;

use serde_json::{Map, Value};

/// One step towards a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A member of a map.
    Field(String),
    /// The item of a list that has these values of the list's keys, as JSON.
    Key(String),
    /// The item of a set that is this value, as JSON.
    Value(String),
}

impl Step {
    pub(super) fn field(name: &str) -> Self {
        Self::Field(name.to_owned())
    }

    /// Reads the name of a member of `fieldsV1`; of positions in lists we have none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        let canonical = || Some(serde_json::from_str::<Value>(rest).ok()?.to_string());
        match kind {
            "f" => Some(Self::field(rest)),
            "k" => canonical().map(Self::Key),
            "v" => canonical().map(Self::Value),
            _ => None,
        }
    }

    /// The name of a member of `fieldsV1`.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Key(key) => format!("k:{key}"),
            Self::Value(value) => format!("v:{value}"),
        }
    }

    /// Whether a list's item is the one that this names.
    pub(super) fn names(&self, item: &Value) -> bool {
        match self {
            Self::Field(_) => false,
            Self::Key(key) => {
                let key: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
                key.iter().all(|(name, value)| key_value(item, name).as_ref() == Some(value))
            }
            Self::Value(value) => {
                serde_json::from_str(value).is_ok_and(|value: Value| value == *item)
            }
        }
    }
}

/// A key's value in an item; a port that tells no protocol is one of TCP.
pub(super) fn key_value(item: &Value, name: &str) -> Option<Value> {
    let given = item.get(name).filter(|value| !value.is_null()).cloned();
    given.or_else(|| (name == "protocol").then(|| "TCP".into()))
}

/// As messages tell it: `.spec.containers[name="main"].image`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Key(key) => {
                let key: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
                let terms: Vec<_> =
                    key.iter().map(|(name, value)| format!("{name}={value}")).collect();
                write!(f, "[{}]", terms.join(","))
            }
            Self::Value(value) => write!(f, "[={value}]"),
        }
    }
}
