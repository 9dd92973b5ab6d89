//! The types of model fields that hold others: models, options, lists and maps.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;

use super::decode;
use super::encode;
use super::field::{Encode, Field, Slot};
use super::object::Model;
use crate::protobuf::{self, Contents, Value};
use crate::{Map, Text};

impl<T: Model> Field for T {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        decode::fill(self, deserializer)
    }

    fn read_protobuf(&mut self, value: &Value<'_, '_>) -> Result<bool, protobuf::Error> {
        protobuf::fill(self, value.message()?)?;
        Ok(true)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        encode::serialize(self, serializer)
    }
}

impl<F: Field + Default> Field for Option<F> {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        self.insert(F::default()).read(deserializer)
    }

    fn read_protobuf(&mut self, value: &Value<'_, '_>) -> Result<bool, protobuf::Error> {
        // Messages of one number are merged.
        let is_set = self.get_or_insert_default().read_protobuf(value)?;
        if !is_set {
            *self = None;
        }
        Ok(is_set)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.write(serializer),
            None => serializer.serialize_none(),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<F: Field + Default> Field for Vec<F> {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        self.clear();
        deserializer.deserialize_seq(Items(self))
    }

    /// Reads one of the items, or several that are packed.
    fn read_protobuf(&mut self, value: &Value<'_, '_>) -> Result<bool, protobuf::Error> {
        if let (true, Contents::Bytes(_)) = (F::IS_PACKABLE, value.contents()) {
            let mut packed = value.message()?;
            while let Some(number) = packed.next_packed()? {
                let value = value.with(Contents::Varint(number));
                pushed(self, F::default()).read_protobuf(&value)?;
            }
            return Ok(true);
        }
        if self.is_empty() {
            self.reserve_exact(1 + value.values_left());
        }
        let index = self.len();
        let item = pushed(self, F::default());
        item.read_protobuf(value).map_err(|error| error.at_index(index))
    }

    /// The values of a map cannot be repeated, so that each list is in a message of its own.
    fn read_map_value(&mut self, value: &Value<'_, '_>) -> Result<(), protobuf::Error> {
        let mut list = value.message()?;
        while let Some((number, contents)) = list.next_field()? {
            if number == 1 {
                self.read_protobuf(&Value::new(number, contents, &list))?;
            }
        }
        Ok(())
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Encode))
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Adds an item, and returns it: `Vec::push_mut`, which Rust has since 1.95.
#[inline]
fn pushed<T>(items: &mut Vec<T>, item: T) -> &mut T {
    items.push(item);
    items.last_mut().expect("an item has just been added")
}

struct Items<'a, F>(&'a mut Vec<F>);

impl<'de, F: Field + Default> Visitor<'de> for Items<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(NextItem(self.0))?.is_some() {}
        Ok(())
    }
}

/// Adds an item to the list, but only if there is a next one.
struct NextItem<'a, F>(&'a mut Vec<F>);

impl<'de, F: Field + Default> DeserializeSeed<'de> for NextItem<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Slot(pushed(self.0, F::default())).deserialize(deserializer)
    }
}

impl<F: Field + Default> Field for Map<F> {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        *self = deserializer.deserialize_map(Entries(PhantomData))?;
        Ok(())
    }

    /// Reads one of the entries.
    fn read_protobuf(&mut self, value: &Value<'_, '_>) -> Result<bool, protobuf::Error> {
        let mut entry = value.message()?;
        let (mut key, mut item) = (Text::default(), F::default());
        while let Some((number, contents)) = entry.next_field()? {
            let value = Value::new(number, contents, &entry);
            match number {
                1 => key.read_protobuf(&value).map(drop)?,
                2 => item.read_map_value(&value).map_err(|error| error.at_name(&key))?,
                _ => {}
            }
        }
        if self.is_empty() {
            self.reserve_exact(1 + value.values_left());
        }
        self.insert(key, item);
        Ok(true)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, Encode(value))))
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

struct Entries<F>(PhantomData<F>);

impl<'de, F: Field + Default> Visitor<'de> for Entries<F> {
    type Value = Map<F>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map<F>, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key()? {
            let (_, value) = pushed(&mut entries, (key, F::default()));
            map.next_value_seed(Slot(value))?;
        }
        Ok(Map::from_entries(entries))
    }
}
