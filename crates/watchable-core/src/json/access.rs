//! Lists, objects and variants, entry by entry.

use std::borrow::Cow;
use std::mem;

use serde::de::value::{BorrowedStrDeserializer, U64Deserializer};
use serde::de::{
    DeserializeSeed, Deserializer as _, EnumAccess, Error as _, IntoDeserializer as _, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::de::Value;
use super::error::Error;
use super::key::Key;
use super::reader::Reader;
use super::table::Fields;
use super::text::Text;

/// The items of a list.
pub(super) struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    first: bool,
    index: usize,
}

impl<'a, 'de> Items<'a, 'de> {
    pub(super) fn new(reader: &'a mut Reader<'de>) -> Self {
        Self { reader, first: true, index: 0 }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
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
            Err(error) => Err(error.in_item(index)),
        }
    }
}

/// The entries of an object.
pub(super) struct Entries<'a, 'de> {
    reader: &'a mut Reader<'de>,
    /// A model's, whose keys are given as the fields' numbers where they can be.
    fields: Option<Fields<'static>>,
    first: bool,
    /// Where the last key was.
    key_at: usize,
}

impl<'a, 'de> Entries<'a, 'de> {
    pub(super) fn new(reader: &'a mut Reader<'de>, fields: Option<Fields<'static>>) -> Self {
        Self { reader, fields, first: true, key_at: 0 }
    }

    /// Steps to the next entry that is not dropped.
    fn next_entry(&mut self) -> Result<bool, Error> {
        loop {
            if !self.reader.next_entry(&mut self.first, b'}')? {
                return Ok(false);
            }
            if !self.reader.drops_next() {
                self.key_at = self.reader.mark();
                return Ok(true);
            }
            self.reader.key()?;
            self.reader.colon()?;
            self.reader.leap()?;
        }
    }

    /// A key that is no field's, or not written as a server writes it. Apart from the rest, which is quicker
    /// for it.
    #[inline(never)]
    fn next_other_key<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if let Some(key) = self.reader.next_plain_key(&mut self.first, &mut self.key_at) {
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

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if self.reader.ends(b'}') {
            return Ok(None);
        }
        if let Some(fields) = self.fields
            && let Some(number) = self.reader.next_field(fields, &mut self.first, &mut self.key_at)
        {
            return seed.deserialize(U64Deserializer::new(number as u64)).map(Some);
        }
        self.next_other_key(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match seed.deserialize(Value(self.reader)) {
            Ok(value) => Ok(value),
            Err(error) => Err(error.in_key(self.reader.key_at(self.key_at))),
        }
    }
}

/// A value's text, handed over as `serde_json` wants it: as the one entry of a map.
pub(super) struct Raw<'de> {
    token: &'static str,
    text: Cow<'de, str>,
    given: bool,
}

impl<'de> Raw<'de> {
    pub(super) fn new(token: &'static str, text: Cow<'de, str>) -> Self {
        Self { token, text, given: false }
    }
}

impl<'de> MapAccess<'de> for Raw<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if mem::replace(&mut self.given, true) {
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

/// A variant that is only named.
pub(super) struct VariantName<'a, 'de>(pub(super) &'a mut Reader<'de>);

impl<'de> EnumAccess<'de> for VariantName<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name = seed.deserialize(Key(self.0.key()?))?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for VariantName<'_, 'de> {
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

/// A variant with content: the one entry of an object.
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
