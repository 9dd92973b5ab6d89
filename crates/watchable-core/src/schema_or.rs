//! Values in a CustomResourceDefinition's schema that are either a schema or something simpler.
//!
//! The OpenAPI spec does not describe their types; they are those of JSON Schema (draft 4).

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Text;

/// A schema or a boolean (`additionalProperties`).
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaOrBool<S> {
    /// Values must match the schema.
    Schema(Box<S>),
    /// Any value is allowed (`true`), or none (`false`).
    Bool(bool),
}

/// One schema for all items, or one for each position (`items`).
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaOrArray<S> {
    /// Every item must match the schema.
    Schema(Box<S>),
    /// The nth item must match the nth schema.
    Schemas(Vec<S>),
}

/// A schema, or the names of required properties (`dependencies`).
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaOrStringArray<S> {
    /// The object must also match the schema.
    Schema(Box<S>),
    /// The object must also have these properties.
    Strings(Vec<Text>),
}

impl<S> Default for SchemaOrBool<S> {
    fn default() -> Self {
        Self::Bool(false)
    }
}

impl<S> Default for SchemaOrArray<S> {
    fn default() -> Self {
        Self::Schemas(Vec::new())
    }
}

impl<S> Default for SchemaOrStringArray<S> {
    fn default() -> Self {
        Self::Strings(Vec::new())
    }
}

impl<S: Serialize> Serialize for SchemaOrBool<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        match self {
            Self::Schema(schema) => schema.serialize(serializer),
            Self::Bool(allowed) => allowed.serialize(serializer),
        }
    }
}

impl<S: Serialize> Serialize for SchemaOrArray<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        match self {
            Self::Schema(schema) => schema.serialize(serializer),
            Self::Schemas(schemas) => schemas.serialize(serializer),
        }
    }
}

impl<S: Serialize> Serialize for SchemaOrStringArray<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        match self {
            Self::Schema(schema) => schema.serialize(serializer),
            Self::Strings(names) => names.serialize(serializer),
        }
    }
}

// Not serde's `untagged`: it buffers the value, and raw JSON cannot be decoded from the buffer.

impl<'de, S: Deserialize<'de>> Deserialize<'de> for SchemaOrBool<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape<S>(PhantomData<S>);

        impl<'de, S: Deserialize<'de>> Visitor<'de> for Shape<S> {
            type Value = SchemaOrBool<S>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a schema or a boolean")
            }

            fn visit_bool<E: de::Error>(self, allowed: bool) -> Result<Self::Value, E> {
                Ok(SchemaOrBool::Bool(allowed))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                S::deserialize(MapAccessDeserializer::new(map))
                    .map(|s| SchemaOrBool::Schema(Box::new(s)))
            }
        }

        deserializer.deserialize_any(Shape(PhantomData))
    }
}

impl<'de, S: Deserialize<'de> + Default> Deserialize<'de> for SchemaOrArray<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape<S>(PhantomData<S>);

        impl<'de, S: Deserialize<'de> + Default> Visitor<'de> for Shape<S> {
            type Value = SchemaOrArray<S>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a schema or a list of schemas")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                items(seq).map(SchemaOrArray::Schemas)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                S::deserialize(MapAccessDeserializer::new(map))
                    .map(|s| SchemaOrArray::Schema(Box::new(s)))
            }
        }

        deserializer.deserialize_any(Shape(PhantomData))
    }
}

impl<'de, S: Deserialize<'de>> Deserialize<'de> for SchemaOrStringArray<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape<S>(PhantomData<S>);

        impl<'de, S: Deserialize<'de>> Visitor<'de> for Shape<S> {
            type Value = SchemaOrStringArray<S>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a schema or a list of property names")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                items(seq).map(SchemaOrStringArray::Strings)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                S::deserialize(MapAccessDeserializer::new(map))
                    .map(|s| SchemaOrStringArray::Schema(Box::new(s)))
            }
        }

        deserializer.deserialize_any(Shape(PhantomData))
    }
}

/// Decodes the items of a list, and `null` as an item's default, as in a field.
fn items<'de, T: Deserialize<'de> + Default, A: SeqAccess<'de>>(
    seq: A,
) -> Result<Vec<T>, A::Error> {
    let items = Vec::<Option<T>>::deserialize(SeqAccessDeserializer::new(seq))?;
    Ok(items.into_iter().map(Option::unwrap_or_default).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawJson;

    /// Like `JSONSchemaProps`, it contains raw JSON and itself.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Schema {
        #[serde(skip_serializing_if = "Option::is_none")]
        default: Option<RawJson>,
        #[serde(skip_serializing_if = "Option::is_none")]
        items: Option<SchemaOrArray<Schema>>,
    }

    fn assert_round_trip<T: Serialize + serde::de::DeserializeOwned>(text: &str) {
        let value: T = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
    }

    #[test]
    fn every_form_round_trips_with_raw_json_inside() {
        let schema = r#"{"default":{"a": 1},"items":[{"default":2},{}]}"#;
        for text in ["true", "false", schema] {
            assert_round_trip::<SchemaOrBool<Schema>>(text);
        }
        for text in ["[{},{}]", schema] {
            assert_round_trip::<SchemaOrArray<Schema>>(text);
        }
        for text in [r#"["a","b"]"#, schema] {
            assert_round_trip::<SchemaOrStringArray<Schema>>(text);
        }
    }

    #[test]
    fn null_item_decodes_as_the_default() {
        let value: SchemaOrArray<Schema> = serde_json::from_str("[null]").unwrap();
        assert_eq!(value, SchemaOrArray::Schemas(vec![Schema::default()]));
        let value: SchemaOrStringArray<Schema> = serde_json::from_str(r#"["a",null]"#).unwrap();
        assert_eq!(value, SchemaOrStringArray::Strings(vec!["a".into(), Text::default()]));
    }

    #[test]
    fn another_type_is_an_error() {
        let error = serde_json::from_str::<SchemaOrBool<Schema>>("3").unwrap_err();
        assert!(error.to_string().contains("a schema or a boolean"), "{error}");
    }
}
