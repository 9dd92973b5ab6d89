//! The next value of a document, and how its scalars are read.

use serde::de::Visitor;

use super::reader::Reader;
use super::string::Text;
use crate::decode_error::Error;

/// The next value of a document. It implements [`Deserializer`](serde::Deserializer) in `de`.
pub(super) struct Value<'a, 'de>(pub(super) &'a mut Reader<'de>);

impl<'de> Value<'_, 'de> {
    #[inline]
    pub(super) fn string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.string()? {
            Text::Borrowed(text) => visitor.visit_borrowed_str(text),
            Text::Unescaped(text) => visitor.visit_str(text),
        }
    }

    pub(super) fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.number()?.visit(visitor)
    }

    pub(super) fn literal_true<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.literal("true")?;
        visitor.visit_bool(true)
    }

    pub(super) fn literal_false<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.literal("false")?;
        visitor.visit_bool(false)
    }

    pub(super) fn null<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.literal("null")?;
        visitor.visit_unit()
    }
}
