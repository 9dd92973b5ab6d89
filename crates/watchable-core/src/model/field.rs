//! What can be a model's field, and how each is read and written.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::Model;
use crate::{
    ByteString, IntOrString, MicroTime, Quantity, RawJson, SchemaOrArray, SchemaOrBool,
    SchemaOrStringArray, Time,
};

/// A value that can stand in a field.
///
/// Reading forgives what API servers write: `null` leaves a field, an item or a map's value as it is
/// by default, as Go's JSON decoder does. Writing leaves out what is absent: an `Option` that is
/// `None`, a list or map that is empty, raw JSON that is `null`.
pub trait Field: Sized + fmt::Debug {
    /// Reads a value that is not `null`.
    ///
    /// # Errors
    ///
    /// When it is not what the field holds.
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error>;

    /// Writes the value.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Whether an object is written without it.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Where the next value goes, `null` or not.
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

/// A field, for serde to write.
pub(super) struct Written<'a, F>(pub(super) &'a F);

impl<F: Field> Serialize for Written<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

impl<T: Model> Field for T {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        super::fill(self, deserializer)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::serialize(self, serializer)
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
        serializer.collect_seq(self.iter().map(Written))
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

/// Only when there is a next item, a place is made for it.
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
            map.serialize_entry(key, &Written(value))?;
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

/// Where a string goes. (serde's own visitor hands one back, to be moved to its place.)
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

    /// A whole number is written as one, as Go does.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Up to here every whole number is an `f64` of its own.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.fract() == 0.0 && self.abs() <= EXACT {
            #[allow(clippy::cast_possible_truncation, reason = "it is whole, and in range")]
            serializer.serialize_i64(*self as i64)
        } else {
            serializer.serialize_f64(*self)
        }
    }
}

/// Fields that are read and written as serde does.
macro_rules! plain {
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

plain!(
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
