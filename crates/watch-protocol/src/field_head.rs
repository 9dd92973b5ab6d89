//! The heads of fields of a protobuf message of which only a part was received.

/// The head of a field: its number, and where its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldHead {
    pub(crate) number: u32,
    /// Whether the value is a string, bytes or a message, which its length precedes.
    pub(crate) is_bytes: bool,
    /// Where the value begins, after the head.
    pub(crate) start: usize,
    /// Where the value ends, perhaps beyond what was received.
    pub(crate) end: usize,
}

/// What was received is no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoField;

impl FieldHead {
    /// Reads the head of the first field of these bytes; `None` if it is incomplete.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<Self>, NoField> {
        let Some((tag, start)) = varint(bytes)? else { return Ok(None) };
        let number = u32::try_from(tag >> 3).map_err(|_| NoField)?;
        if number == 0 {
            return Err(NoField);
        }
        let (start, length) = match tag & 7 {
            0 => match varint(&bytes[start..])? {
                Some((_, length)) => (start, length),
                None => return Ok(None),
            },
            1 => (start, 8),
            2 => match varint(&bytes[start..])? {
                Some((length, head)) => {
                    (start + head, usize::try_from(length).map_err(|_| NoField)?)
                }
                None => return Ok(None),
            },
            5 => (start, 4),
            _ => return Err(NoField),
        };
        let end = start.checked_add(length).ok_or(NoField)?;
        Ok(Some(Self { number, is_bytes: tag & 7 == 2, start, end }))
    }
}

/// Reads a number, and how many bytes it takes; `None` if it is incomplete.
fn varint(bytes: &[u8]) -> Result<Option<(u64, usize)>, NoField> {
    /// The bytes of 64 bits, seven in each.
    const MOST: usize = 10;
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(MOST) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if *byte < 0x80 {
            return Ok(Some((value, at + 1)));
        }
    }
    if bytes.len() < MOST { Ok(None) } else { Err(NoField) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_says_where_the_value_is() {
        for (bytes, number, is_bytes, start, end) in [
            (&b"\x08\x07"[..], 1, false, 1, 2),
            (b"\x08\xff\x01", 1, false, 1, 3),
            (b"\x11", 2, false, 1, 9),
            (b"\x15", 2, false, 1, 5),
            (b"\x12\x03abc", 2, true, 2, 5),
            (b"\x12\x80\x01", 2, true, 3, 131),
            (b"\x8a\x01\x00", 17, true, 3, 3),
        ] {
            let expected = FieldHead { number, is_bytes, start, end };
            assert_eq!(FieldHead::read(bytes), Ok(Some(expected)), "{bytes:?}");
        }
        for incomplete in [&b""[..], b"\x80", b"\x08", b"\x08\x80", b"\x12", b"\x12\xff"] {
            assert_eq!(FieldHead::read(incomplete), Ok(None), "{incomplete:?}");
        }
        let huge = [&b"\x12"[..], &[0xff; 9], b"\x01"].concat();
        for invalid in
            [&b"\x00"[..], b"\x0b", b"\x0c", &[0xff; 10], &huge, b"\x80\x80\x80\x80\x80\x01"]
        {
            assert_eq!(FieldHead::read(invalid), Err(NoField), "{invalid:?}");
        }
    }
}
