//! Decodes a model: reads each key's value into its field, in place.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::field::{Field, Slot};
use super::field_name::FieldName;
use super::object::{FieldSource, Model};
use crate::json::FieldTable;

/// Decodes a model. For [`model!`](crate::model!).
#[doc(hidden)]
pub fn deserialize<'de, T: Model, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut model = T::default();
    fill(&mut model, deserializer)?;
    Ok(model)
}

/// The values of a map.
struct MapValues<'a, 'de, A> {
    map: &'a mut A,
    lifetime: PhantomData<&'de ()>,
}

impl<'de, A: MapAccess<'de>> FieldSource for MapValues<'_, 'de, A> {
    type Error = A::Error;

    #[inline]
    fn read<F: Field>(&mut self, field: &mut F) -> Result<(), A::Error> {
        self.map.next_value_seed(Slot(field))
    }

    fn skip(&mut self) -> Result<(), A::Error> {
        self.map.next_value().map(|IgnoredAny| ())
    }
}

/// Decodes an object (not `null`) into a model's fields.
pub(super) fn fill<'de, T: Model, D: Deserializer<'de>>(
    model: &mut T,
    from: D,
) -> Result<(), D::Error> {
    from.deserialize_struct(TableOf::<T>::AS_NAME, T::FIELDS, ModelVisitor(model))
}

struct ModelVisitor<'a, T>(&'a mut T);

impl<'de, T: Model> Visitor<'de> for ModelVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let name = FieldName { names: T::FIELDS, table: &TableOf::<T>::TABLE };
        while let Some(index) = map.next_key_seed(name)? {
            let mut values = MapValues { map: &mut map, lifetime: PhantomData };
            self.0.read_field(index, &mut values)?;
        }
        Ok(())
    }
}

/// The table of a type's field names, built at compile time.
struct TableOf<T>(PhantomData<T>);

impl<T: Model> TableOf<T> {
    const TABLE: FieldTable = FieldTable::new(T::FIELDS);
    const AS_NAME: &str = Self::TABLE.as_struct_name();
}
