//! Reads the fields of a message (<https://protobuf.dev/programming-guides/encoding>).

use crate::decode_error::Error;

/// What is left of a message.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    rest: &'a [u8],
    skips: Skips,
    /// How deep it is nested.
    depth: u8,
}

/// A field of a message, as far as its wire type tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Contents<'a> {
    /// An integer or a boolean.
    Varint(u64),
    /// A `double`, or an integer of fixed size.
    Fixed64(u64),
    /// A `float`, or an integer of fixed size.
    Fixed32(u32),
    /// A string, bytes, a message or packed numbers.
    Bytes(&'a [u8]),
}

/// Which field of a message is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Skips {
    Nothing,
    /// An object is in it, whose managed fields are passed over.
    OfObject,
    /// It is an object, and its metadata's managed fields are passed over.
    OfMetadata,
    /// It is the metadata.
    ManagedFields,
}

/// As deep as JSON may be nested.
const MAX_DEPTH: u8 = 127;
/// The field of each object that is its metadata.
const METADATA: u32 = 1;
/// The field of the metadata that is its managed fields.
const MANAGED_FIELDS: u32 = 17;

impl<'a> Message<'a> {
    /// Returns a reader of a message.
    pub const fn new(message: &'a [u8]) -> Self {
        Self { rest: message, skips: Skips::Nothing, depth: 0 }
    }

    /// Returns what is around an object, perhaps one whose `metadata.managedFields` are passed over.
    pub(super) const fn around_object(drops_managed_fields: bool) -> Self {
        let skips = if drops_managed_fields { Skips::OfObject } else { Skips::Nothing };
        Self { rest: &[], skips, depth: 0 }
    }

    /// Returns the next field's number and contents; `None` at the end.
    ///
    /// # Errors
    ///
    /// Fails if the field is truncated, or its number or wire type is invalid.
    #[inline]
    pub fn next_field(&mut self) -> Result<Option<(u32, Contents<'a>)>, Error> {
        loop {
            // Most fields have a number below 16, and a length or a value below 128: one byte each.
            let (number, contents) = match *self.rest {
                [] => return Ok(None),
                [tag @ 8..0x80, length @ ..0x80, ref rest @ ..]
                    if wire_type(tag) == 2 && usize::from(length) <= rest.len() =>
                {
                    let (taken, rest) = rest.split_at(length.into());
                    self.rest = rest;
                    (u32::from(tag >> 3), Contents::Bytes(taken))
                }
                [tag @ 8..0x80, value @ ..0x80, ref rest @ ..] if wire_type(tag) == 0 => {
                    self.rest = rest;
                    (u32::from(tag >> 3), Contents::Varint(value.into()))
                }
                _ => self.other_field()?,
            };
            if self.skips != Skips::ManagedFields || number != MANAGED_FIELDS {
                return Ok(Some((number, contents)));
            }
        }
    }

    /// Returns the next field of any number and contents.
    #[inline(never)]
    fn other_field(&mut self) -> Result<(u32, Contents<'a>), Error> {
        // Most of these have two bytes of length, or two of the tag.
        let (number, length, rest) = match *self.rest {
            [tag @ 8..0x80, low @ 0x80..=0xff, high @ ..0x80, ref rest @ ..]
                if wire_type(tag) == 2 =>
            {
                (tag >> 3, usize::from(low & 0x7f) | usize::from(high) << 7, rest)
            }
            [low @ 0x80..=0xff, high @ 1..0x10, length @ ..0x80, ref rest @ ..]
                if wire_type(low) == 2 =>
            {
                ((low & 0x7f) >> 3 | high << 4, usize::from(length), rest)
            }
            _ => return self.any_field(),
        };
        let (taken, rest) = rest.split_at_checked(length).ok_or_else(truncated)?;
        self.rest = rest;
        Ok((number.into(), Contents::Bytes(taken)))
    }

    fn any_field(&mut self) -> Result<(u32, Contents<'a>), Error> {
        let (number, wire_type) = self.tag()?;
        Ok((number, self.contents(wire_type)?))
    }

    /// Returns a reader of the message in one of this message's fields.
    ///
    /// # Errors
    ///
    /// Fails if messages are nested too deeply.
    #[inline]
    pub(super) fn nested(&self, number: u32, message: &'a [u8]) -> Result<Self, Error> {
        let skips = match self.skips {
            Skips::OfObject => Skips::OfMetadata,
            Skips::OfMetadata if number == METADATA => Skips::ManagedFields,
            _ => Skips::Nothing,
        };
        if self.depth == MAX_DEPTH {
            return Err(Error::new(format!("it is nested more than {MAX_DEPTH} levels deep")));
        }
        Ok(Self { rest: message, skips, depth: self.depth + 1 })
    }

    /// Returns the next of the integers that are packed into this message; `None` at the end.
    pub(crate) fn next_packed(&mut self) -> Result<Option<u64>, Error> {
        if self.rest.is_empty() { Ok(None) } else { self.varint().map(Some) }
    }

    /// Returns how many of the fields that come next have this number.
    pub(super) fn count_next(&self, number: u32) -> usize {
        let mut ahead = self.clone();
        let mut count = 0;
        while let Ok(Some((next, _))) = ahead.next_field()
            && next == number
        {
            count += 1;
        }
        count
    }

    #[inline]
    fn tag(&mut self) -> Result<(u32, u8), Error> {
        let tag = self.varint()?;
        match u32::try_from(tag >> 3) {
            #[allow(clippy::cast_possible_truncation, reason = "three bits are left")]
            Ok(number @ 1..) => Ok((number, (tag & 7) as u8)),
            _ => Err(Error::new(format!("field number {} is invalid", tag >> 3))),
        }
    }

    #[inline]
    fn contents(&mut self, wire_type: u8) -> Result<Contents<'a>, Error> {
        Ok(match wire_type {
            0 => Contents::Varint(self.varint()?),
            1 => Contents::Fixed64(u64::from_le_bytes(self.fixed()?)),
            2 => {
                let length = self.varint()?;
                Contents::Bytes(self.take(length)?)
            }
            5 => Contents::Fixed32(u32::from_le_bytes(self.fixed()?)),
            // 3 and 4 are groups, which Kubernetes has none of.
            _ => return Err(Error::new(format!("wire type {wire_type} is invalid"))),
        })
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Error> {
        match *self.rest {
            [byte @ ..0x80, ref rest @ ..] => {
                self.rest = rest;
                Ok(byte.into())
            }
            [low, high @ ..0x80, ref rest @ ..] => {
                self.rest = rest;
                Ok(u64::from(low & 0x7f) | u64::from(high) << 7)
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Error> {
        /// The bytes of 64 bits, seven in each.
        const MOST: usize = 10;
        let mut value = 0;
        for (at, byte) in self.rest.iter().enumerate().take(MOST) {
            value |= u64::from(byte & 0x7f) << (7 * at);
            if *byte < 0x80 {
                self.rest = &self.rest[at + 1..];
                return Ok(value);
            }
        }
        Err(if self.rest.len() < MOST {
            truncated()
        } else {
            Error::new("a number has more than 64 bits".to_owned())
        })
    }

    #[inline]
    fn take(&mut self, length: u64) -> Result<&'a [u8], Error> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*taken)
    }
}

/// Returns the wire type of a tag, which is in its first byte.
#[inline]
const fn wire_type(tag: u8) -> u8 {
    tag & 7
}

#[cold]
fn truncated() -> Error {
    Error::new("the message is truncated".to_owned())
}
