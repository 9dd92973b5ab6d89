//! The types of model fields: how each is decoded and encoded.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::decode;
use super::encode;
use super::field::{Encode, Field, Slot};
use super::object::Model;
use crate::{
    ByteString, IntOrString, MicroTime, Quantity, RawJson, SchemaOrArray, SchemaOrBool,
    SchemaOrStringArray, Time,
};

impl<T: Model> Field for T {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        decode::fill(self, deserializer)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        encode::serialize(self, serializer)
    }
}

impl<F: Field + Default> Field for Option<F> {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        self.insert(F::default()).read(deserializer)
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

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Encode))
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
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
        Slot(self.0.push_mut(F::default())).deserialize(deserializer)
    }
}

impl<F: Field + Default> Field for BTreeMap<String, F> {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        self.clear();
        deserializer.deserialize_map(Entries(self))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self {
            map.serialize_entry(key, &Encode(value))?;
        }
        map.end()
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

struct Entries<'a, F>(&'a mut BTreeMap<String, F>);

impl<'de, F: Field + Default> Visitor<'de> for Entries<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key()? {
            let mut value = F::default();
            entries.next_value_seed(Slot(&mut value))?;
            self.0.insert(key, value);
        }
        Ok(())
    }
}

impl Field for String {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_string(Characters(self))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

/// Decodes a string in place. (serde's own visitor returns one, which has to be moved.)
struct Characters<'a>(&'a mut String);

impl Visitor<'_> for Characters<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.0 = String::from(text);
        Ok(())
    }

    fn visit_string<E>(self, text: String) -> Result<(), E> {
        *self.0 = text;
        Ok(())
    }
}

impl Field for RawJson {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        *self = Self::deserialize(deserializer)?;
        Ok(())
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn is_absent(&self) -> bool {
        self.is_null()
    }
}

impl Field for f64 {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        *self = Self::deserialize(deserializer)?;
        Ok(())
    }

    /// Encodes an integral value without a fraction, as Go does.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// `f64` represents every integer up to 2^53 exactly.
        const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
        if self.fract() == 0.0 && self.abs() <= MAX_EXACT {
            #[allow(clippy::cast_possible_truncation, reason = "it is integral and in range")]
            serializer.serialize_i64(*self as i64)
        } else {
            serializer.serialize_f64(*self)
        }
    }
}

/// Implements [`Field`] by serde's traits.
macro_rules! serde_fields {
    ($($({$parameter:ident})? $type:ty),* $(,)?) => {$(
        impl$(<$parameter: Serialize + for<'de> Deserialize<'de> + Default + fmt::Debug>)? Field
            for $type
        {
            fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
                *self = Self::deserialize(deserializer)?;
                Ok(())
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
        }
    )*};
}

serde_fields!(
    bool,
    i32,
    i64,
    ByteString,
    IntOrString,
    MicroTime,
    Quantity,
    Time,
    {T} SchemaOrArray<T>,
    {T} SchemaOrBool<T>,
    {T} SchemaOrStringArray<T>,
);
