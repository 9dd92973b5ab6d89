//! The trait of a model's fields, and its adapters to serde.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::protobuf::{self, Value};

/// The type of a model's field.
///
/// Decoding is as lenient as Go's JSON decoder: `null` leaves the default of a field, a list's item or a map's
/// value. Encoding omits absent fields: `None`, empty lists and maps, and raw JSON that is `null`.
pub trait Field: Sized + fmt::Debug {
    /// Whether lists of it may be packed into one field in protobuf.
    const IS_PACKABLE: bool = false;

    /// Decodes a value other than `null`.
    ///
    /// # Errors
    ///
    /// Fails if the value is not of this type.
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error>;

    /// Decodes a value from protobuf. A list or a map gains an item. Returns whether the field is set: in protobuf, some
    /// fields are written that JSON omits.
    ///
    /// # Errors
    ///
    /// Fails if the value is not of this type.
    fn read_protobuf(&mut self, value: &Value<'_, '_>) -> Result<bool, protobuf::Error>;

    /// Decodes a map's value from protobuf.
    ///
    /// # Errors
    ///
    /// Fails if the value is not of this type.
    fn read_map_value(&mut self, value: &Value<'_, '_>) -> Result<(), protobuf::Error> {
        self.read_protobuf(value).map(drop)
    }

    /// Encodes the value.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Returns whether an object omits the field.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Decodes a value, `null` or not, into a field.
pub(super) struct Slot<'a, F>(pub(super) &'a mut F);

impl<'de, F: Field> DeserializeSeed<'de> for Slot<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, F: Field> Visitor<'de> for Slot<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.read(deserializer)
    }
}

/// Encodes a field.
pub(super) struct Encode<'a, F>(pub(super) &'a F);

impl<F: Field> Serialize for Encode<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}
