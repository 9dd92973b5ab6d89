//! Writes protobuf's wire format: numbered fields.

/// Appends an integer.
pub(super) fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or_default());
}

/// Returns the number of bytes of an integer.
pub(super) fn varint_len(number: u64) -> usize {
    let bits = u64::BITS - (number | 1).leading_zeros();
    usize::try_from(bits.div_ceil(7)).unwrap_or_default()
}

/// Appends a field with an integer; negative ones are in two's complement.
pub(super) fn integer(out: &mut Vec<u8>, number: u32, value: i64) {
    varint(out, u64::from(number) << 3);
    varint(out, value.cast_unsigned());
}

/// Appends a field with a floating point number.
pub(super) fn double(out: &mut Vec<u8>, number: u32, value: f64) {
    varint(out, u64::from(number) << 3 | 1);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends a field with a string, bytes or a message.
pub(super) fn bytes(out: &mut Vec<u8>, number: u32, value: &[u8]) {
    bytes_head(out, number, value.len());
    out.extend_from_slice(value);
}

/// Appends what precedes the bytes of a field.
pub(super) fn bytes_head(out: &mut Vec<u8>, number: u32, length: usize) {
    varint(out, u64::from(number) << 3 | 2);
    varint(out, u64::try_from(length).unwrap_or(u64::MAX));
}

/// Returns the length of a field with this many bytes.
pub(super) fn bytes_len(number: u32, length: usize) -> usize {
    let length_of_length = varint_len(u64::try_from(length).unwrap_or(u64::MAX));
    varint_len(u64::from(number) << 3) + length_of_length + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_what_is_written() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            varint(&mut out, number);
            assert_eq!(varint_len(number), out.len(), "{number}");
        }
        for (number, length) in [(1, 0), (15, 127), (16, 128), (536_870_911, 300)] {
            let mut out = Vec::new();
            bytes(&mut out, number, &vec![0; length]);
            assert_eq!(bytes_len(number, length), out.len());
        }
        let mut out = Vec::new();
        integer(&mut out, 1, -1);
        assert_eq!(out, [8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    }
}
