//! Serde's access to lists, objects and variants, one entry at a time.

use std::borrow::Cow;
use std::mem;

use serde::de::value::{BorrowedStrDeserializer, U64Deserializer};
use serde::de::{
    DeserializeSeed, Deserializer as _, EnumAccess, Error as _, IntoDeserializer as _, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::field_table::FieldLookup;
use super::key::Key;
use super::reader::Reader;
use super::string::Text;
use super::value::Value;
use crate::decode_error::Error;

/// The items of a list.
pub(super) struct ListAccess<'a, 'de> {
    reader: &'a mut Reader<'de>,
    first: bool,
    index: usize,
}

impl<'a, 'de> ListAccess<'a, 'de> {
    pub(super) fn new(reader: &'a mut Reader<'de>) -> Self {
        Self { reader, first: true, index: 0 }
    }
}

impl<'de> SeqAccess<'de> for ListAccess<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if !self.reader.next_entry(&mut self.first, b']')? {
            return Ok(None);
        }
        let index = self.index;
        self.index += 1;
        match seed.deserialize(Value(self.reader)) {
            Ok(item) => Ok(Some(item)),
            Err(error) => Err(error.at_index(index)),
        }
    }
}

/// The entries of an object.
pub(super) struct ObjectAccess<'a, 'de> {
    reader: &'a mut Reader<'de>,
    /// The fields of a model, whose known keys are passed to it as field indices.
    fields: Option<FieldLookup<'static>>,
    first: bool,
    /// The position of the last key.
    key_start: usize,
}

impl<'a, 'de> ObjectAccess<'a, 'de> {
    pub(super) fn new(reader: &'a mut Reader<'de>, fields: Option<FieldLookup<'static>>) -> Self {
        Self { reader, fields, first: true, key_start: 0 }
    }

    /// Moves to the next entry, past those that are skipped.
    fn next_entry(&mut self) -> Result<bool, Error> {
        loop {
            if !self.reader.next_entry(&mut self.first, b'}')? {
                return Ok(false);
            }
            if !self.reader.skips_next_entry() {
                self.key_start = self.reader.position();
                return Ok(true);
            }
            self.reader.key()?;
            self.reader.colon()?;
            self.reader.skip_unseen()?;
        }
    }

    /// Reads a key that is not a model's field, or not in the form that servers write. Out of line, which
    /// makes the common path faster.
    #[inline(never)]
    fn next_other_key<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if let Some(key) = self.reader.next_plain_key(&mut self.first, &mut self.key_start) {
            return seed.deserialize(Key(Text::Borrowed(key))).map(Some);
        }
        if !self.next_entry()? {
            return Ok(None);
        }
        let key = seed.deserialize(Key(self.reader.key()?))?;
        self.reader.colon()?;
        Ok(Some(key))
    }
}

impl<'de> MapAccess<'de> for ObjectAccess<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if self.reader.try_close(b'}') {
            return Ok(None);
        }
        if let Some(fields) = self.fields
            && let Some(index) =
                self.reader.next_field(fields, &mut self.first, &mut self.key_start)
        {
            return seed.deserialize(U64Deserializer::new(index as u64)).map(Some);
        }
        self.next_other_key(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match seed.deserialize(Value(self.reader)) {
            Ok(value) => Ok(value),
            Err(error) => Err(error.at_key(self.reader.key_text(self.key_start))),
        }
    }
}

/// A value's text as the only entry of a map, which is how `serde_json`'s `RawValue` receives it.
pub(super) struct RawValueAccess<'de> {
    token: &'static str,
    text: Cow<'de, str>,
    is_taken: bool,
}

impl<'de> RawValueAccess<'de> {
    pub(super) fn new(token: &'static str, text: Cow<'de, str>) -> Self {
        Self { token, text, is_taken: false }
    }
}

impl<'de> MapAccess<'de> for RawValueAccess<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if mem::replace(&mut self.is_taken, true) {
            return Ok(None);
        }
        seed.deserialize(BorrowedStrDeserializer::new(self.token)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match mem::take(&mut self.text) {
            Cow::Borrowed(text) => seed.deserialize(BorrowedStrDeserializer::new(text)),
            Cow::Owned(text) => seed.deserialize(text.into_deserializer()),
        }
    }
}

/// A variant without content, written as a string.
pub(super) struct UnitVariant<'a, 'de>(pub(super) &'a mut Reader<'de>);

impl<'de> EnumAccess<'de> for UnitVariant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name = seed.deserialize(Key(self.0.key()?))?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for UnitVariant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Error> {
        Err(Error::invalid_type(Unexpected::UnitVariant, &"a variant with content"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        Err(Error::invalid_type(Unexpected::UnitVariant, &visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        Err(Error::invalid_type(Unexpected::UnitVariant, &visitor))
    }
}

/// A variant with content, written as an object's only entry.
pub(super) struct Variant<'a, 'de>(pub(super) &'a mut Reader<'de>);

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name = seed.deserialize(Key(self.0.key()?))?;
        self.0.colon()?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Value(self.0).deserialize_unit(serde::de::IgnoredAny).map(|_| ())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Value(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        Value(self.0).deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        Value(self.0).deserialize_map(visitor)
    }
}
