//! The first page of the journal: what it is, and of which database. It is written once, before the first record.

use crate::checkpoints::error::JournalFault;
use crate::checkpoints::journal::frame::{Id, checksum};
use crate::checkpoints::journal::state::State;

const MAGIC: [u8; 20] = *b"watchables-journal\r\n";
const FORMAT: u32 = 1;
const LEN: usize = MAGIC.len() + 4 + 16 + 4;

/// Returns the header: the magic bytes, the format, the database's id, and a checksum.
pub(super) fn encode(id: &Id) -> Vec<u8> {
    let mut header = [&MAGIC[..], &FORMAT.to_le_bytes(), id].concat();
    header.extend_from_slice(&checksum(id, &header).to_le_bytes());
    header
}

/// Whether the header of a journal is there; false if it was never completed.
pub(super) fn check(bytes: &[u8], state: &State) -> Result<bool, JournalFault> {
    let expected = encode(&state.id);
    let mut header = bytes[..bytes.len().min(LEN)].to_vec();
    header.resize(LEN, 0);
    if header == expected {
        return Ok(true);
    }
    if header.iter().all(|byte| *byte == 0) && state.is_begun {
        return Err(JournalFault::Older);
    }
    let is_torn = || header.iter().zip(&expected).all(|(byte, whole)| *byte == 0 || byte == whole);
    if !state.is_begun && is_torn() {
        return Ok(false);
    }
    let Some(rest) = header.strip_prefix(&MAGIC) else { return Err(JournalFault::Foreign) };
    let (format, rest) = rest.split_at(4);
    let format = u32::from_le_bytes(format.try_into().unwrap_or_default());
    if format > FORMAT {
        return Err(JournalFault::Format(format));
    }
    let id: Id = rest[..16].try_into().unwrap_or_default();
    Err(if header == encode(&id) { JournalFault::OfAnotherFile } else { JournalFault::Damaged(0) })
}
