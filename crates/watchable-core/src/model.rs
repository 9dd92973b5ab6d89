//! How the generated types are decoded and encoded: one small trait, in place of serde's derives.
//!
//! A release has hundreds of types. What serde's derives write for each of them takes several times
//! as long to compile as the types themselves, and moves large values about when it runs. Here a
//! type only says which field stands behind which name; all that is common to types is written once,
//! and values are decoded in place, straight into the field that they are for.
//!
//! What a field's Rust type is decides how it is read and written: see [`Field`].

mod field;
mod names;

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

pub use field::Field;

use crate::json::Table;
use names::Name;

/// A type with a fixed set of fields. It is implemented by [`model!`](crate::model!).
pub trait Model: Default + fmt::Debug {
    /// The names of the fields on the wire. A field's number is its place here.
    const FIELDS: &'static [&'static str];

    /// Reads a value into the field of that number; one that has no field is skipped.
    ///
    /// # Errors
    ///
    /// Those of decoding the field.
    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        number: usize,
        map: &mut A,
    ) -> Result<(), A::Error>;

    /// Shows every field to the visitor, with its name in Rust and on the wire.
    fn visit_fields<V: VisitFields>(&self, visitor: &mut V);
}

/// What is done with each field of a model in turn.
pub trait VisitFields {
    /// Sees one field.
    fn field<F: Field>(&mut self, name: &'static str, wire: &'static str, field: &F);

    /// Sees a field that an object is not written without, such as a list's items.
    fn required_field<F: Field>(&mut self, name: &'static str, wire: &'static str, field: &F);
}

/// For fields that a cycle of types closes through.
impl<T: Model> Model for Box<T> {
    const FIELDS: &'static [&'static str] = T::FIELDS;

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        number: usize,
        map: &mut A,
    ) -> Result<(), A::Error> {
        (**self).read_field(number, map)
    }

    fn visit_fields<V: VisitFields>(&self, visitor: &mut V) {
        (**self).visit_fields(visitor);
    }
}

/// Says which field stands behind which name on the wire, and makes the type a [`Model`] that
/// implements serde's `Serialize` and `Deserialize`. A list or map that is `required` is written also
/// where it is empty.
///
/// ```
/// use watchable_core::model;
///
/// #[derive(Default)]
/// struct Probe {
///     type_: String,
///     pod_ips: Vec<String>,
///     ports: Vec<i32>,
/// }
///
/// model!(Probe { 0 type_: "type", 1 pod_ips: "podIPs", 2 ports: "ports" required });
///
/// let probe: Probe = serde_json::from_str(r#"{"type": "tcp", "podIPs": null, "other": 1}"#)?;
/// assert_eq!(serde_json::to_string(&probe)?, r#"{"type":"tcp","ports":[]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! model {
    (@visit $self:ident $visitor:ident $field:ident $name:literal) => {
        $visitor.field(stringify!($field), $name, &$self.$field)
    };
    (@visit $self:ident $visitor:ident $field:ident $name:literal required) => {
        $visitor.required_field(stringify!($field), $name, &$self.$field)
    };
    ($type:ident { $($number:literal $field:ident: $name:literal $($required:ident)?),* $(,)? }) => {
        impl $crate::model::Model for $type {
            const FIELDS: &'static [&'static str] = &[$($name),*];

            fn read_field<'de, A: $crate::__private::MapAccess<'de>>(
                &mut self,
                number: usize,
                map: &mut A,
            ) -> Result<(), A::Error> {
                match number {
                    $($number => $crate::model::read(map, &mut self.$field),)*
                    _ => $crate::model::skip(map),
                }
            }

            fn visit_fields<V: $crate::model::VisitFields>(&self, visitor: &mut V) {
                $($crate::model!(@visit self visitor $field $name $($required)?);)*
            }
        }

        impl ::std::fmt::Debug for $type {
            // Compiled where it is used, as what serde's traits need is: a release has hundreds.
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::model::debug(self, stringify!($type), f)
            }
        }

        impl<'de> $crate::__private::Deserialize<'de> for $type {
            fn deserialize<D: $crate::__private::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::model::deserialize(deserializer)
            }
        }

        impl $crate::__private::Serialize for $type {
            fn serialize<S: $crate::__private::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                $crate::model::serialize(self, serializer)
            }
        }
    };
}

/// Decodes a model. For [`model!`](crate::model!).
#[doc(hidden)]
pub fn deserialize<'de, T: Model, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut model = T::default();
    fill(&mut model, deserializer)?;
    Ok(model)
}

/// Encodes a model. For [`model!`](crate::model!).
#[doc(hidden)]
pub fn serialize<T: Model, S: Serializer>(model: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut writing = Writing { map: serializer.serialize_map(None)?, outcome: Ok(()) };
    model.visit_fields(&mut writing);
    writing.outcome?;
    writing.map.end()
}

/// Prints a model's fields, those that are absent aside. For [`model!`](crate::model!).
#[doc(hidden)]
pub fn debug<T: Model>(model: &T, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut printing = Printing(f.debug_struct(name));
    model.visit_fields(&mut printing);
    printing.0.finish()
}

/// Reads a map's next value into a field. For [`model!`](crate::model!).
#[doc(hidden)]
pub fn read<'de, F: Field, A: MapAccess<'de>>(map: &mut A, field: &mut F) -> Result<(), A::Error> {
    map.next_value_seed(field::Slot(field))
}

/// Passes over a map's next value. For [`model!`](crate::model!).
#[doc(hidden)]
pub fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value().map(|IgnoredAny| ())
}

/// Reads the fields of a map that is there (not `null`).
fn fill<'de, T: Model, D: Deserializer<'de>>(model: &mut T, from: D) -> Result<(), D::Error> {
    from.deserialize_struct(TableOf::<T>::AS_NAME, T::FIELDS, Filling(model))
}

struct Filling<'a, T>(&'a mut T);

impl<'de, T: Model> Visitor<'de> for Filling<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let name = Name { names: T::FIELDS, table: &TableOf::<T>::TABLE };
        while let Some(number) = map.next_key_seed(name)? {
            self.0.read_field(number, &mut map)?;
        }
        Ok(())
    }
}

/// Stops at the first error. (A `?` at every field would cost the compiler a third more.)
struct Writing<S: SerializeMap> {
    map: S,
    outcome: Result<(), S::Error>,
}

impl<S: SerializeMap> VisitFields for Writing<S> {
    fn field<F: Field>(&mut self, _: &'static str, wire: &'static str, field: &F) {
        if !field.is_absent() {
            self.required_field("", wire, field);
        }
    }

    fn required_field<F: Field>(&mut self, _: &'static str, wire: &'static str, field: &F) {
        if self.outcome.is_ok() {
            self.outcome = self.map.serialize_entry(wire, &field::Written(field));
        }
    }
}

struct Printing<'a, 'b>(fmt::DebugStruct<'a, 'b>);

impl VisitFields for Printing<'_, '_> {
    fn field<F: Field>(&mut self, name: &'static str, _: &'static str, field: &F) {
        if !field.is_absent() {
            self.0.field(name, field);
        }
    }

    fn required_field<F: Field>(&mut self, name: &'static str, _: &'static str, field: &F) {
        self.0.field(name, field);
    }
}

/// The table of a type's names, made by the compiler.
struct TableOf<T>(PhantomData<T>);

impl<T: Model> TableOf<T> {
    const TABLE: Table = Table::new(T::FIELDS);
    const AS_NAME: &str = Self::TABLE.as_struct_name();
}
