//! The implementation of serde's `Deserializer` for the next value.

use std::borrow::Cow;

use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{ListAccess, ObjectAccess, RawValueAccess, UnitVariant, Variant};
use super::field_table::FieldLookup;
use super::value::Value;
use crate::decode_error::Error;

/// The struct name by which `serde_json` requests a value's text. It is undocumented, but `RawValue`
/// depends on it; the tests fail if it changes.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

impl<'de> Value<'_, 'de> {
    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let outer_depth = self.0.open()?;
        let value = visitor.visit_seq(ListAccess::new(self.0))?;
        self.0.close(outer_depth)?;
        Ok(value)
    }

    fn object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let outer_depth = self.0.open()?;
        let value = visitor.visit_map(ObjectAccess::new(self.0, None))?;
        self.0.close(outer_depth)?;
        Ok(value)
    }
}

/// Writes methods that choose by the value's first byte. Only the visitor methods that a type can use are
/// compiled for it.
macro_rules! by_first_byte {
    ($($method:ident $(($($argument:ident: $type:ty),*))? { $($byte:pat => $read:ident),* })*) => {$(
        fn $method<V: Visitor<'de>>(self, $($($argument: $type,)*)? visitor: V) -> Result<V::Value, Error> {
            $($(let _ = $argument;)*)?
            match self.0.peek() {
                $($byte => self.$read(visitor),)*
                _ => Err(self.0.mismatch(&visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Error;

    by_first_byte! {
        deserialize_any {
            b'"' => string, b'{' => object, b'[' => list, b'-' | b'0'..=b'9' => number,
            b't' => literal_true, b'f' => literal_false, b'n' => null
        }
        deserialize_bool { b't' => literal_true, b'f' => literal_false }
        deserialize_i8 { b'-' | b'0'..=b'9' => number }
        deserialize_i16 { b'-' | b'0'..=b'9' => number }
        deserialize_i32 { b'-' | b'0'..=b'9' => number }
        deserialize_i64 { b'-' | b'0'..=b'9' => number }
        deserialize_u8 { b'-' | b'0'..=b'9' => number }
        deserialize_u16 { b'-' | b'0'..=b'9' => number }
        deserialize_u32 { b'-' | b'0'..=b'9' => number }
        deserialize_u64 { b'-' | b'0'..=b'9' => number }
        deserialize_f32 { b'-' | b'0'..=b'9' => number }
        deserialize_f64 { b'-' | b'0'..=b'9' => number }
        deserialize_char { b'"' => string }
        deserialize_str { b'"' => string }
        deserialize_string { b'"' => string }
        deserialize_identifier { b'"' => string }
        deserialize_unit { b'n' => null }
        deserialize_unit_struct(name: &'static str) { b'n' => null }
        deserialize_seq { b'[' => list }
        deserialize_tuple(length: usize) { b'[' => list }
        deserialize_tuple_struct(name: &'static str, length: usize) { b'[' => list }
        deserialize_map { b'{' => object }
    }

    forward_to_deserialize_any! { i128 u128 bytes byte_buf }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.peek() == b'n' {
            self.0.literal("null")?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == RAW_VALUE {
            let text = self.0.skip()?;
            let text = self.0.strip_managed_fields(text).map_or(Cow::Borrowed(text), Cow::Owned);
            visitor.visit_map(RawValueAccess::new(RAW_VALUE, text))
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    /// Reads a string as a unit variant, and an object as a variant whose name is the only key.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0.peek() {
            b'"' => visitor.visit_enum(UnitVariant(self.0)),
            b'{' => {
                let outer_depth = self.0.open()?;
                let value = visitor.visit_enum(Variant(self.0))?;
                self.0.close(outer_depth)?;
                Ok(value)
            }
            _ => Err(self.0.mismatch(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.peek() != b'{' {
            return Err(self.0.mismatch(&visitor));
        }
        let outer_depth = self.0.open()?;
        let lookup = FieldLookup::from_struct_name(name, fields);
        let value = visitor.visit_map(ObjectAccess::new(self.0, lookup))?;
        self.0.close(outer_depth)?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.skip()?;
        visitor.visit_unit()
    }
}
