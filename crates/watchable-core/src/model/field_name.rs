//! Decodes a key as the index of a field.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

use crate::json::FieldTable;

/// Decodes a key as the index of the field of that name.
#[derive(Clone, Copy)]
pub(super) struct FieldName {
    pub(super) names: &'static [&'static str],
    pub(super) table: &'static FieldTable,
}

impl<'de> DeserializeSeed<'de> for FieldName {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldName {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    /// Our own deserializer has looked the name up already.
    #[inline]
    fn visit_u64<E: de::Error>(self, index: u64) -> Result<usize, E> {
        usize::try_from(index).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<usize, E> {
        Ok(self.table.find(self.names, name))
    }
}
