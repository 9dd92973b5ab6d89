//! JSON that is kept as text, because only its owner knows its schema.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// The set of fields that a manager owns (server-side apply), kept as raw JSON.
pub type FieldsV1 = RawJson;

/// An object of a type that only its author knows, kept as raw JSON.
pub type RawExtension = RawJson;

/// Any JSON value, kept as text.
///
/// The text is decoded on demand: half of a Pod is managed fields, and building trees of them costs more than
/// decoding the rest. Two texts are equal if their values are; whitespace and the order of keys do not matter.
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Returns the JSON text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Returns the JSON text, without a copy.
    pub fn into_text(self) -> String {
        Box::<str>::from(self.0).into_string()
    }

    /// Returns whether it is `null`, the default.
    pub fn is_null(&self) -> bool {
        self.get() == "null"
    }

    /// Creates a value from its JSON text.
    ///
    /// # Errors
    ///
    /// Fails if the text is not valid JSON.
    pub fn from_text(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Self)
    }

    /// Creates a value by encoding `value`.
    ///
    /// # Errors
    ///
    /// Fails if encoding `T` fails.
    pub fn from_value<T: Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// Decodes the text into a type.
    ///
    /// # Errors
    ///
    /// Fails if the JSON does not match `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.get())
    }
}

impl Default for RawJson {
    fn default() -> Self {
        Self(RawValue::NULL.to_owned())
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
            || match (self.decode::<serde_json::Value>(), other.decode::<serde_json::Value>()) {
                (Ok(a), Ok(b)) => a == b,
                _ => false,
            }
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({})", self.get())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_verbatim() {
        let text = r#"{"f:spec":{"k:{\"name\":\"a\"}":{".":{}}},"n":1.0}"#;
        let raw: RawJson = serde_json::from_str(text).unwrap();
        assert_eq!(raw.get(), text);
        assert_eq!(serde_json::to_string(&raw).unwrap(), text);
    }

    #[test]
    fn equality_ignores_whitespace_and_key_order() {
        let parse = |text| serde_json::from_str::<RawJson>(text).unwrap();
        assert_eq!(parse(r#"{"a":1,"b":2}"#), parse(r#"{ "b": 2, "a": 1 }"#));
        assert_ne!(parse("1"), parse("2"));
    }

    #[test]
    fn decodes_from_a_value_tree() {
        let raw: RawJson = serde_json::from_value(serde_json::json!({"a": [1]})).unwrap();
        assert_eq!(raw.get(), r#"{"a":[1]}"#);
    }

    #[test]
    fn the_default_is_null() {
        assert!(RawJson::default().is_null());
    }

    #[test]
    fn values_are_encoded_and_decoded() {
        let raw = RawJson::from_value(&[1, 2]).unwrap();
        assert_eq!(format!("{raw:?}"), "RawJson([1,2])");
        assert_eq!(raw.decode::<Vec<u8>>().unwrap(), [1, 2]);
        assert!(!raw.is_null());
        assert!(RawJson::from_text("{".to_owned()).is_err());
    }
}
