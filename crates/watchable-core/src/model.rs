//! Decoding and encoding of the generated types by one small trait, [`Model`], instead of serde's derives.
//!
//! A release has hundreds of types. The code that serde's derives write for them takes several times as long
//! to compile as the types themselves, and moves large values around at run time. Here a type only lists its
//! fields and their names ([`model!`](crate::model!)); everything else is written once and generic, and values
//! are decoded in place, directly into their fields.
//!
//! The Rust type of a field determines how it is decoded and encoded: see [`Field`].
//!
//! Layers, from the bottom up: `field`; `object` (the trait); `field_name`; `decode`, `encode`;
//! `collections`, `scalars` (the types of fields). [`protobuf`](mod@crate::protobuf) reads fields by their numbers.

mod collections;
mod decode;
mod encode;
mod field;
mod field_name;
mod object;
mod scalars;

#[doc(hidden)]
pub use decode::deserialize;
#[doc(hidden)]
pub use encode::{debug, serialize};
pub use field::Field;
pub use object::{FieldSource, Model, VisitFields};

/// Implements [`Model`], `Debug`, and serde's `Serialize` and `Deserialize` for a struct.
///
/// Each entry is the field's index, the Rust field, its name in JSON, and in brackets its path of field numbers in
/// protobuf, if it has one ([`Model::NUMBERS`]), after `pointer` if it is a scalar that is a pointer in Go
/// ([`Model::POINTERS`]). A list or map that is `required` is written even if it is empty.
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
/// model!(Probe { 0 type_: "type" = pointer [1], 1 pod_ips: "podIPs" = [2 5], 2 ports: "ports" required });
///
/// let probe: Probe = serde_json::from_str(r#"{"type": "tcp", "podIPs": null, "other": 1}"#)?;
/// assert_eq!(serde_json::to_string(&probe)?, r#"{"type":"tcp","ports":[]}"#);
///
/// let probe: Probe = watchable_core::protobuf::from_message(b"\x0a\x03tcp\x12\x05\x2a\x03::1")?;
/// assert_eq!(probe.pod_ips, ["::1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! model {
    (@is pointer) => { true };
    (@is) => { false };
    (@visit $self:ident $visitor:ident $field:ident $name:literal) => {
        $visitor.field(stringify!($field), $name, &$self.$field)
    };
    (@visit $self:ident $visitor:ident $field:ident $name:literal required) => {
        $visitor.required_field(stringify!($field), $name, &$self.$field)
    };
    ($type:ident {
        $(
            $index:literal $field:ident: $name:literal
            $(= $($pointer:ident)? [$($number:literal)+])?
            $($required:ident)?
        ),* $(,)?
    }) => {
        impl $crate::model::Model for $type {
            const FIELDS: &'static [&'static str] = &[$($name),*];
            const NUMBERS: &'static [&'static [u32]] = &[$(&[$($($number),+)?]),*];
            const POINTERS: &'static [bool] = &[$($crate::model!(@is $($($pointer)?)?)),*];

            fn read_field<S: $crate::model::FieldSource>(
                &mut self,
                index: usize,
                source: &mut S,
            ) -> Result<(), S::Error> {
                match index {
                    $($index => source.read(&mut self.$field),)*
                    _ => source.skip(),
                }
            }

            fn visit_fields<V: $crate::model::VisitFields>(&self, visitor: &mut V) {
                $($crate::model!(@visit self visitor $field $name $($required)?);)*
            }
        }

        impl ::std::fmt::Debug for $type {
            // Inline, so that it is compiled only where it is used, like serde's generic methods.
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
