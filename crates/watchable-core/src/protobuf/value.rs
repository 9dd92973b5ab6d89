//! The value of a message's field.

use crate::decode_error::Error;

use super::reader::{Contents, Message};

/// The value of a field, as [`Field`](crate::model::Field) reads it.
#[derive(Debug)]
pub struct Value<'r, 'a> {
    pub(super) contents: Contents<'a>,
    pub(super) number: u32,
    /// The message that it is in, with what follows the field.
    pub(super) message: &'r Message<'a>,
    /// Whether a zero was set, rather than written because Go's type is not a pointer.
    pub(super) keeps_zero: bool,
}

impl<'r, 'a> Value<'r, 'a> {
    /// Returns the value of a field of a message.
    pub(crate) const fn new(number: u32, contents: Contents<'a>, message: &'r Message<'a>) -> Self {
        Self { contents, number, message, keeps_zero: true }
    }

    /// Returns the integer.
    ///
    /// # Errors
    ///
    /// Fails if it is something else.
    #[inline]
    pub fn integer(&self) -> Result<u64, Error> {
        match self.contents {
            Contents::Varint(number) => Ok(number),
            other => Err(expected("an integer", other)),
        }
    }

    /// Returns the floating point number.
    ///
    /// # Errors
    ///
    /// Fails if it is something else.
    pub fn double(&self) -> Result<f64, Error> {
        match self.contents {
            Contents::Fixed64(bits) => Ok(f64::from_bits(bits)),
            Contents::Fixed32(bits) => Ok(f32::from_bits(bits).into()),
            other => Err(expected("a floating point number", other)),
        }
    }

    /// Returns the bytes.
    ///
    /// # Errors
    ///
    /// Fails if it is something else.
    #[inline]
    pub fn bytes(&self) -> Result<&'a [u8], Error> {
        match self.contents {
            Contents::Bytes(bytes) => Ok(bytes),
            other => Err(expected("a string, bytes or a message", other)),
        }
    }

    /// Returns the message.
    ///
    /// # Errors
    ///
    /// Fails if it is something else, or nested too deeply.
    #[inline]
    pub fn message(&self) -> Result<Message<'a>, Error> {
        self.message.nested(self.number, self.bytes()?)
    }

    /// Whether a value is set that is zero or is not. Go writes the zeros of types that are not pointers.
    #[inline]
    pub(crate) const fn is_set(&self, is_zero: bool) -> bool {
        self.keeps_zero || !is_zero
    }

    /// Returns how many values of a list follow this one.
    pub(crate) fn values_left(&self) -> usize {
        self.message.count_next(self.number)
    }

    pub(crate) const fn contents(&self) -> Contents<'a> {
        self.contents
    }

    /// Returns the same field with other contents.
    pub(crate) const fn with(&self, contents: Contents<'a>) -> Self {
        Self { contents, ..*self }
    }
}

#[cold]
fn expected(what: &str, found: Contents<'_>) -> Error {
    let found = match found {
        Contents::Varint(number) => format!("the integer {number}"),
        Contents::Fixed64(_) => "a 64-bit number".to_owned(),
        Contents::Fixed32(_) => "a 32-bit number".to_owned(),
        Contents::Bytes(bytes) => format!("{} bytes", bytes.len()),
    };
    Error::new(format!("expected {what}, found {found}"))
}
