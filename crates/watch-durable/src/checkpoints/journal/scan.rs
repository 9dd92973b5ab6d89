//! Reads a journal, and judges what is in it.

use std::ops::Range;

use crate::checkpoints::error::JournalFault;
use crate::checkpoints::journal::content::{self, Change};
use crate::checkpoints::journal::frame::{self, Frame, Number};
use crate::checkpoints::journal::header;
use crate::checkpoints::journal::state::{RECORDS, State};
use crate::checkpoints::settings::{JournalSabotage, JournalSettings};

/// The content of a journal.
pub(crate) struct Scanned {
    pub(super) bytes: Vec<u8>,
    /// Whether the header was completed.
    pub(super) has_header: bool,
    /// The contents of the records that are not merged.
    records: Vec<Range<usize>>,
    /// Where the last of them begins, and where the next one has to.
    pub(super) last: usize,
    pub(super) end: usize,
}

/// Finds the records that are not merged: all of the database's generation, up to the last whole one.
///
/// # Errors
///
/// Fails if it is no journal, or not that of the database, or has lost records.
pub(crate) fn scan(
    bytes: Vec<u8>,
    state: &State,
    settings: &JournalSettings,
) -> Result<Scanned, JournalFault> {
    let has_header = header::check(&bytes, state)?;
    let mut scanned =
        Scanned { bytes, has_header, records: Vec::new(), last: RECORDS, end: RECORDS };
    if !has_header {
        return Ok(scanned);
    }
    let Scanned { bytes, records, last, end, .. } = &mut scanned;
    let first = frame::at(bytes, RECORDS, &state.id);
    if first.is_some_and(|frame| frame.number.generation > state.generation) {
        return Err(JournalFault::Newer);
    }
    if !state.is_begun {
        return Ok(scanned);
    }
    let mut number = Number { generation: state.generation, record: 0 };
    while let Some(frame) = next(bytes, *end, state, number, settings) {
        *last = *end;
        *end = frame.end;
        records.push(frame.content);
        number.record += 1;
    }
    if frame::any_later(bytes, *end, &state.id, number) {
        return Err(JournalFault::Damaged(*end));
    }
    if records.is_empty() {
        return Err(JournalFault::Older);
    }
    Ok(scanned)
}

/// Returns the record of this number, if it is whole.
fn next(
    bytes: &[u8],
    offset: usize,
    state: &State,
    number: Number,
    settings: &JournalSettings,
) -> Option<Frame> {
    let frame = if settings.is_sabotaged(JournalSabotage::ApplyHalf) {
        frame::unchecked(bytes, offset)
    } else {
        frame::at(bytes, offset, &state.id)
    };
    let is_any_generation = settings.is_sabotaged(JournalSabotage::ApplyStale);
    frame.filter(|frame| {
        frame.number == number || is_any_generation && frame.number.record == number.record
    })
}

impl Scanned {
    /// Of a database that has no journal yet.
    pub(crate) fn none() -> Self {
        Self {
            bytes: Vec::new(),
            has_header: false,
            records: Vec::new(),
            last: RECORDS,
            end: RECORDS,
        }
    }

    /// Returns how many records there are, with the one that begins the generation.
    pub(super) fn count(&self) -> u64 {
        self.records.len() as u64
    }

    /// Returns the changes in all records, as they have to be applied.
    ///
    /// # Errors
    ///
    /// Fails if the content of a record is none, although its checksum is right.
    pub(crate) fn changes(
        &self,
        settings: &JournalSettings,
    ) -> Result<Vec<Change<'_>>, JournalFault> {
        let mut changes = Vec::new();
        // The first one only begins the generation.
        for record in self.records.iter().skip(1) {
            let content = &self.bytes[record.clone()];
            if content::decode(content, &mut changes).is_none()
                && !settings.is_sabotaged(JournalSabotage::ApplyHalf)
            {
                return Err(JournalFault::Damaged(record.start - frame::HEADER));
            }
        }
        Ok(changes)
    }
}
