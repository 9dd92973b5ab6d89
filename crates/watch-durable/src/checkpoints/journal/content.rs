//! The content of a record: the batches of one commit.
//!
//! The count of batches, and for each the name of its stream, the count of rows that are put, their keys and values, the
//! count of rows that are removed, and their keys. Numbers are LEB128; each text has its length before it.

use crate::leb128::{bytes, number, put_bytes, put_number, put_text, text};
use crate::store::{Batch, Row};

/// A row that is put (with its value), or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change<'a> {
    pub(crate) stream: &'a str,
    pub(crate) key: &'a [u8],
    pub(crate) value: Option<&'a [u8]>,
}

pub(super) fn encode(batches: &[Batch], into: &mut Vec<u8>) {
    put_number(into, batches.len() as u64);
    for Batch { stream, puts, removals } in batches {
        put_text(into, stream);
        put_number(into, puts.len() as u64);
        for Row { key, value } in puts {
            put_bytes(into, key);
            put_bytes(into, value);
        }
        put_number(into, removals.len() as u64);
        for key in removals {
            put_bytes(into, key);
        }
    }
}

/// Returns about how long the content is.
pub(super) fn len(batches: &[Batch]) -> usize {
    let rows = batches.iter().flat_map(|batch| &batch.puts);
    let rows: usize = rows.map(|row| row.key.len() + row.value.len() + 4).sum();
    let removals: usize =
        batches.iter().flat_map(|batch| &batch.removals).map(|key| key.len() + 2).sum();
    rows + removals + 64
}

/// Adds the changes to others, as they have to be applied. `None` if they are none of this format.
pub(super) fn decode<'a>(mut content: &'a [u8], changes: &mut Vec<Change<'a>>) -> Option<()> {
    let content = &mut content;
    for _ in 0..number(content)? {
        let stream = text(content)?;
        for _ in 0..number(content)? {
            let (key, value) = (bytes(content)?, Some(bytes(content)?));
            changes.push(Change { stream, key, value });
        }
        for _ in 0..number(content)? {
            changes.push(Change { stream, key: bytes(content)?, value: None });
        }
    }
    content.is_empty().then_some(())
}
