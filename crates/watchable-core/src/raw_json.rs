//! JSON that is kept as its text, because nobody but its owner knows what it means.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// The set of fields that a manager owns, as server-side apply records it: opaque, and kept raw.
pub type FieldsV1 = RawJson;

/// An object whose type is known only to the one who put it there.
pub type RawExtension = RawJson;

/// Any JSON, kept as the text that came.
///
/// Its text is not parsed until somebody asks: half of a Pod's bytes are managed fields, and
/// building trees of them costs more than all the rest. Equality is that of the JSON values; the
/// order of keys and white space do not count.
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// The JSON text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Whether it is JSON's `null`, as it is by default.
    pub fn is_null(&self) -> bool {
        self.get() == "null"
    }

    /// Keeps a text that is already known to be JSON, after a check.
    ///
    /// # Errors
    ///
    /// Says where the text is not JSON.
    pub fn from_text(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Self)
    }

    /// Encodes a value.
    ///
    /// # Errors
    ///
    /// Those of encoding `T`.
    pub fn from_value<T: Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// Decodes the text into a type.
    ///
    /// # Errors
    ///
    /// Those of decoding `T`.
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
    fn the_text_is_kept_to_the_letter() {
        let text = r#"{"f:spec":{"k:{\"name\":\"a\"}":{".":{}}},"n":1.0}"#;
        let raw: RawJson = serde_json::from_str(text).unwrap();
        assert_eq!(raw.get(), text);
        assert_eq!(serde_json::to_string(&raw).unwrap(), text);
    }

    #[test]
    fn equality_is_that_of_the_values() {
        let parse = |text| serde_json::from_str::<RawJson>(text).unwrap();
        assert_eq!(parse(r#"{"a":1,"b":2}"#), parse(r#"{ "b": 2, "a": 1 }"#));
        assert_ne!(parse("1"), parse("2"));
    }

    #[test]
    fn it_also_comes_from_a_tree() {
        let raw: RawJson = serde_json::from_value(serde_json::json!({"a": [1]})).unwrap();
        assert_eq!(raw.get(), r#"{"a":[1]}"#);
    }

    #[test]
    fn the_default_is_null() {
        assert!(RawJson::default().is_null());
    }

    #[test]
    fn it_is_made_of_values_and_read_as_values() {
        let raw = RawJson::from_value(&[1, 2]).unwrap();
        assert_eq!(format!("{raw:?}"), "RawJson([1,2])");
        assert_eq!(raw.decode::<Vec<u8>>().unwrap(), [1, 2]);
        assert!(!raw.is_null());
        assert!(RawJson::from_text("{".to_owned()).is_err());
    }
}
