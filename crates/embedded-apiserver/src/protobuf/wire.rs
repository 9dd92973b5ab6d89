//! Protobuf's wire format: a sequence of numbered fields.

use super::decode_error::DecodeError;

/// The content of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    Varint(u64),
    /// A 64-bit number.
    Fixed(u64),
    Bytes(&'a [u8]),
}

impl<'a> Content<'a> {
    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Varint(number) | Self::Fixed(number) => *number == 0,
            Self::Bytes(bytes) => bytes.is_empty(),
        }
    }

    /// Returns the integer. Negative ones are in two's complement.
    pub(super) fn integer(&self) -> Result<i64, DecodeError> {
        match self {
            Self::Varint(number) => Ok(number.cast_signed()),
            _ => Err(self.mismatch()),
        }
    }

    pub(super) fn double(&self) -> Result<f64, DecodeError> {
        match self {
            Self::Fixed(bits) => Ok(f64::from_bits(*bits)),
            _ => Err(self.mismatch()),
        }
    }

    pub(super) fn bytes(&self) -> Result<&'a [u8], DecodeError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(self.mismatch()),
        }
    }

    pub(super) fn text(&self) -> Result<String, DecodeError> {
        let text = std::str::from_utf8(self.bytes()?);
        text.map(str::to_owned).map_err(|error| DecodeError::new(error.to_string()))
    }

    /// Returns the error that the content is of another type.
    pub(super) fn mismatch(&self) -> DecodeError {
        DecodeError::new(match self {
            Self::Varint(number) => format!("unexpected integer {number}"),
            Self::Fixed(_) => "unexpected number of fixed size".to_owned(),
            Self::Bytes(bytes) => format!("unexpected {} bytes", bytes.len()),
        })
    }
}

/// Iterates over the fields of a message and ends after the first malformed one.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn field(&mut self) -> Option<(u32, Content<'a>)> {
        let key = self.varint()?;
        let content = match key & 7 {
            0 => Content::Varint(self.varint()?),
            1 => Content::Fixed(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?)),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Content::Bytes(self.bytes(length)?)
            }
            5 => Content::Fixed(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?).into()),
            _ => return None,
        };
        let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0)?;
        Some((number, content))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<(u32, Content<'a>), DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.rest = &[];
        }
        Some(field.ok_or_else(|| DecodeError::new("malformed or truncated protobuf")))
    }
}

/// Returns the integers of a list that is packed in one field.
pub(super) fn packed(bytes: &[u8]) -> impl Iterator<Item = Result<i64, DecodeError>> {
    let mut reader = Reader::new(bytes);
    std::iter::from_fn(move || {
        if reader.rest.is_empty() {
            return None;
        }
        let number = reader.varint();
        if number.is_none() {
            reader.rest = &[];
        }
        let error = || DecodeError::new("truncated list of integers");
        Some(number.map(u64::cast_signed).ok_or_else(error))
    })
}
