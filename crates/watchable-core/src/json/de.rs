//! The deserializer: from what a type asks for to what the document holds.

use std::borrow::Cow;

use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{Entries, Items, Raw, Variant, VariantName};
use super::error::Error;
use super::reader::Reader;
use super::table::Fields;
use super::text::Text;

/// How `serde_json` asks for a value's text instead of the value. It is not documented, but its
/// `RawValue` is useless without it; a test sees when it changes.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The next value of a document.
pub(super) struct Value<'a, 'de>(pub(super) &'a mut Reader<'de>);

impl<'de> Value<'_, 'de> {
    #[inline]
    fn string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.string()? {
            Text::Borrowed(text) => visitor.visit_borrowed_str(text),
            Text::Unescaped(text) => visitor.visit_str(text),
        }
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let outside = self.0.open()?;
        let value = visitor.visit_seq(Items::new(self.0))?;
        self.0.closed(outside)?;
        Ok(value)
    }

    fn object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let outside = self.0.open()?;
        let value = visitor.visit_map(Entries::new(self.0, None))?;
        self.0.closed(outside)?;
        Ok(value)
    }
}

/// Each method looks at one byte, and only the visits that fit it are compiled.
macro_rules! where_it_is {
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

impl<'de> Value<'_, 'de> {
    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.number()?.visit(visitor)
    }

    fn yes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.literal("true")?;
        visitor.visit_bool(true)
    }

    fn no<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.literal("false")?;
        visitor.visit_bool(false)
    }

    fn null<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.literal("null")?;
        visitor.visit_unit()
    }
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Error;

    where_it_is! {
        deserialize_any {
            b'"' => string, b'{' => object, b'[' => list, b'-' | b'0'..=b'9' => number,
            b't' => yes, b'f' => no, b'n' => null
        }
        deserialize_bool { b't' => yes, b'f' => no }
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
            let text = self.0.less(text).map_or(Cow::Borrowed(text), Cow::Owned);
            visitor.visit_map(Raw::new(RAW_VALUE, text))
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    /// A name for a variant without content; an object with the name as its one key for the rest.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0.peek() {
            b'"' => visitor.visit_enum(VariantName(self.0)),
            b'{' => {
                let outside = self.0.open()?;
                let value = visitor.visit_enum(Variant(self.0))?;
                self.0.closed(outside)?;
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
        let outside = self.0.open()?;
        let value = visitor.visit_map(Entries::new(self.0, Fields::of(name, fields)))?;
        self.0.closed(outside)?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.skip()?;
        visitor.visit_unit()
    }
}
