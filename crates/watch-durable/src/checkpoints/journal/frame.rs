//! Records of the journal, and which of them are whole.
//!
//! | bytes | |
//! |--:|---|
//! | 4 | CRC-32 of the database's id and of all that follows, as far as the record goes |
//! | 4 | length of the content |
//! | 8 | generation: how often the journal was merged into the database |
//! | 8 | number of the record in its generation, from 0 |
//! | | the content, and zeros up to a multiple of 8 bytes |
//!
//! Numbers are little-endian. What earlier generations have left behind the last record has their generation, and what
//! was never written is zeros: neither is taken for a record.

use std::ops::Range;

/// The id of a database, which its journal has too.
pub(super) type Id = [u8; 16];

pub(super) const HEADER: usize = 24;
pub(super) const ALIGNMENT: usize = 8;

/// A record's place in the order of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    pub(super) generation: u64,
    pub(super) record: u64,
}

/// A record that is whole.
pub(super) struct Frame {
    pub(super) number: Number,
    /// Where the content is.
    pub(super) content: Range<usize>,
    /// Where the next record begins.
    pub(super) end: usize,
}

/// Completes a record, whose content stands behind the place of its header already.
///
/// # Panics
///
/// If it is longer than 4 GB; the journal is not.
pub(super) fn seal(frame: &mut Vec<u8>, id: &Id, Number { generation, record }: Number) {
    let len = u32::try_from(frame.len() - HEADER).expect("a record is shorter than the journal");
    frame[4..8].copy_from_slice(&len.to_le_bytes());
    frame[8..16].copy_from_slice(&generation.to_le_bytes());
    frame[16..24].copy_from_slice(&record.to_le_bytes());
    let checksum = checksum(id, &frame[4..]);
    frame[..4].copy_from_slice(&checksum.to_le_bytes());
    frame.resize(frame.len().next_multiple_of(ALIGNMENT), 0);
}

/// Returns the record at an offset, if there is a whole one.
pub(super) fn at(bytes: &[u8], offset: usize, id: &Id) -> Option<Frame> {
    let frame = unchecked(bytes, offset)?;
    let written = u32::from_le_bytes(bytes[offset..offset + 4].try_into().ok()?);
    let is_whole = checksum(id, &bytes[offset + 4..frame.content.end]) == written;
    is_whole.then_some(frame)
}

/// Returns what the header at an offset says, whether or not the record is whole.
pub(super) fn unchecked(bytes: &[u8], offset: usize) -> Option<Frame> {
    let header = bytes.get(offset..offset + HEADER)?;
    let number = |at: usize| Some(u64::from_le_bytes(header[at..at + 8].try_into().ok()?));
    let len = u32::from_le_bytes(header[4..8].try_into().ok()?) as usize;
    let content = offset + HEADER..(offset + HEADER).checked_add(len)?;
    (content.end <= bytes.len()).then_some(())?;
    let end = content.end.next_multiple_of(ALIGNMENT);
    Some(Frame { number: Number { generation: number(8)?, record: number(16)? }, content, end })
}

/// Whether a later record of the generation stands anywhere behind an offset: the one at the offset was damaged then, as
/// each is written only when the one before it is safe.
pub(super) fn any_later(bytes: &[u8], offset: usize, id: &Id, number: Number) -> bool {
    let is_later = |found: Number| found.generation == number.generation && found > number;
    (offset..bytes.len()).step_by(ALIGNMENT).any(|offset| {
        unchecked(bytes, offset).is_some_and(|frame| is_later(frame.number))
            && at(bytes, offset, id).is_some()
    })
}

pub(super) fn checksum(id: &Id, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(id);
    hasher.update(bytes);
    hasher.finalize()
}
