//! Changes of rows as bytes: of each stream its name, the keys of removed rows, and the rows that are put. Each text
//! has its length before it, each list its number of entries, as LEB128.

use watch_durable::{Batch, Row};

/// Writes batches one after another.
pub(super) fn encode(batches: &[Batch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for Batch { stream, puts, removals } in batches {
        put_bytes(&mut bytes, stream.as_bytes());
        put_number(&mut bytes, removals.len());
        for key in removals {
            put_bytes(&mut bytes, key);
        }
        put_number(&mut bytes, puts.len());
        for Row { key, value } in puts {
            put_bytes(&mut bytes, key);
            put_bytes(&mut bytes, value);
        }
    }
    bytes
}

/// Reads batches. `None` if the bytes are none, or not all.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Vec<Batch>> {
    let bytes = &mut bytes;
    let mut batches = Vec::new();
    while !bytes.is_empty() {
        let stream = String::from_utf8(take_bytes(bytes)?).ok()?;
        let mut batch = Batch { stream, ..Batch::default() };
        for _ in 0..take_number(bytes)? {
            batch.removals.push(take_bytes(bytes)?);
        }
        for _ in 0..take_number(bytes)? {
            batch.puts.push(Row { key: take_bytes(bytes)?, value: take_bytes(bytes)? });
        }
        batches.push(batch);
    }
    Some(batches)
}

fn put_bytes(bytes: &mut Vec<u8>, text: &[u8]) {
    put_number(bytes, text.len());
    bytes.extend_from_slice(text);
}

fn put_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn take_bytes(bytes: &mut &[u8]) -> Option<Vec<u8>> {
    let length = take_number(bytes)?;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken.to_vec())
}

fn take_number(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..usize::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_round_trip_and_half_ones_are_refused() {
        let row = |key: &[u8], value: &[u8]| Row { key: key.to_vec(), value: value.to_vec() };
        let batches = vec![
            Batch {
                stream: "pods".to_owned(),
                puts: vec![row(b"h", b"{}"), row(&[0xff; 300], b"")],
                removals: vec![b"o".to_vec(), Vec::new()],
            },
            Batch { stream: "ä".to_owned(), ..Batch::default() },
        ];
        let bytes = encode(&batches);
        let first = encode(&batches[..1]).len();
        assert_eq!(decode(&bytes), Some(batches));
        for length in (1..bytes.len()).filter(|length| *length != first) {
            assert_eq!(decode(&bytes[..length]), None, "{length}");
        }
        assert_eq!(decode(&[]), Some(Vec::new()));
        assert_eq!(decode(&[0xff; 20]), None);
    }
}
