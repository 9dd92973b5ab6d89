//! The steps of a field path, and their forms in `fieldsV1` and in messages.

use std::fmt;

use serde_json::{Map, Value};

/// One step of a field path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A member of a map.
    Field(String),
    /// A list item, by the values of the list's keys as JSON.
    Key(String),
    /// A set item, by its value as JSON.
    Value(String),
}

impl Step {
    pub(super) fn field(name: &str) -> Self {
        Self::Field(name.to_owned())
    }

    /// Parses the name of a member of `fieldsV1`. List indexes (`i:`) are not supported.
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

    /// Returns the name of the member of `fieldsV1`.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Key(key) => format!("k:{key}"),
            Self::Value(value) => format!("v:{value}"),
        }
    }

    /// Returns whether the step selects this list item.
    pub(super) fn selects(&self, item: &Value) -> bool {
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

/// Returns the value of a list key in an item. The default of a port's `protocol` is TCP.
pub(super) fn key_value(item: &Value, name: &str) -> Option<Value> {
    let value = item.get(name).filter(|value| !value.is_null()).cloned();
    value.or_else(|| (name == "protocol").then(|| "TCP".into()))
}

/// Formats the step for messages, as in `.spec.containers[name="main"].image`.
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
