//! Places in a CustomResourceDefinition's schema that hold a schema or something simpler.
//!
//! The OpenAPI spec gives these no type at all; the shapes are those of JSON Schema (draft 4).

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A schema, or whether anything is allowed (`additionalProperties`).
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaOrBool<S> {
    /// Values must fit the schema.
    Schema(Box<S>),
    /// Any value is allowed, or none.
    Bool(bool),
}

/// One schema for all, or one for each place (`items`).
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaOrArray<S> {
    /// Every value must fit the schema.
    Schema(Box<S>),
    /// The nth value must fit the nth schema.
    Schemas(Vec<S>),
}

/// A schema, or the names of the properties that must be there too (`dependencies`).
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaOrStringArray<S> {
    /// The object must fit the schema too.
    Schema(Box<S>),
    /// These properties must be there too.
    Strings(Vec<String>),
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

// Not serde's `untagged`: that buffers the value, and raw JSON inside a schema does not survive it.

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

/// The items of a list, of which `null` is the default, as in a field.
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

    /// As a schema's own: raw JSON inside, and more of itself.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Schema {
        #[serde(skip_serializing_if = "Option::is_none")]
        default: Option<RawJson>,
        #[serde(skip_serializing_if = "Option::is_none")]
        items: Option<SchemaOrArray<Schema>>,
    }

    fn same<T: Serialize + serde::de::DeserializeOwned>(text: &str) {
        let value: T = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
    }

    #[test]
    fn each_shape_goes_both_ways_with_raw_json_inside() {
        let schema = r#"{"default":{"a": 1},"items":[{"default":2},{}]}"#;
        for text in ["true", "false", schema] {
            same::<SchemaOrBool<Schema>>(text);
        }
        for text in ["[{},{}]", schema] {
            same::<SchemaOrArray<Schema>>(text);
        }
        for text in [r#"["a","b"]"#, schema] {
            same::<SchemaOrStringArray<Schema>>(text);
        }
    }

    #[test]
    fn a_null_item_is_the_default() {
        let value: SchemaOrArray<Schema> = serde_json::from_str("[null]").unwrap();
        assert_eq!(value, SchemaOrArray::Schemas(vec![Schema::default()]));
        let value: SchemaOrStringArray<Schema> = serde_json::from_str(r#"["a",null]"#).unwrap();
        assert_eq!(value, SchemaOrStringArray::Strings(vec!["a".into(), String::new()]));
    }

    #[test]
    fn another_shape_says_what_was_expected() {
        let error = serde_json::from_str::<SchemaOrBool<Schema>>("3").unwrap_err();
        assert!(error.to_string().contains("a schema or a boolean"), "{error}");
    }
}
