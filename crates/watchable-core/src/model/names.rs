//! From a field's name on the wire to its number.

use std::fmt;

use super::DeserializeSeed;
use serde::de::{self, Deserializer, Visitor};

use crate::json::Table;

/// Reads a key as the number of its field.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) names: &'static [&'static str],
    pub(super) table: &'static Table,
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    /// Our own reader has looked it up.
    #[inline]
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<usize, E> {
        usize::try_from(number).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<usize, E> {
        Ok(self.table.find(self.names, name))
    }
}
