//! The journal beside the database: what was committed since the last merge, one record a commit.
//!
//! A commit appends a record, and syncs. When the journal is full, its rows are merged into the database, whose
//! generation grows in the last transaction of the merge, and the journal begins again at its start. So what it takes to
//! know which records count is in the database, and changes there in one transaction; the journal is only written.
//!
//! 1. The first record of a generation, which has no content, is written and synced.
//! 2. The database records that the generation has begun. From now on a journal without that record is not its own, or
//!    an older one, and is refused: it would lack commits.
//! 3. Records are appended, each only once the one before it is safe. So at most the last one is not whole after a crash.
//! 4. The rows are merged, some in each transaction; what is merged twice, after a crash, is the same. In the last one
//!    the generation ends. Its records count no more from then on, and the next one's are written over them.

mod content;
mod frame;
mod header;
mod scan;
mod state;
#[cfg(test)]
mod tests;

use redb::StorageBackend;

use crate::checkpoints::error::{FileError, JournalFault};
pub(super) use crate::checkpoints::journal::content::Change;
use crate::checkpoints::journal::frame::Number;
pub(super) use crate::checkpoints::journal::scan::{Scanned, scan};
use crate::checkpoints::journal::state::RECORDS;
pub(super) use crate::checkpoints::journal::state::State;
use crate::checkpoints::settings::JournalSettings;
use crate::store::Batch;

/// No journal has ever been so long.
const LONGEST: u64 = 64 << 20;

/// The journal of an open database.
pub(super) struct Journal {
    storage: Box<dyn StorageBackend>,
    settings: JournalSettings,
    state: State,
    has_header: bool,
    /// The number and the place of the next record.
    record: u64,
    end: usize,
    len: usize,
}

/// A record that is about to be written: the place of its header, and its content.
pub(super) struct Record(Vec<u8>);

impl Record {
    fn empty() -> Self {
        Self(vec![0; frame::HEADER])
    }

    pub(super) fn new(batches: &[Batch]) -> Self {
        let mut record = Self::empty();
        record.0.reserve(content::len(batches));
        content::encode(batches, &mut record.0);
        record
    }

    /// Returns its changes, as they have to be applied.
    pub(super) fn changes(&self) -> Vec<Change<'_>> {
        let mut changes = Vec::new();
        let decoded = content::decode(&self.0[frame::HEADER..], &mut changes);
        debug_assert!(decoded.is_some(), "it was encoded here");
        changes
    }
}

impl Journal {
    /// Opens a journal, and makes sure that what it says is on the disk.
    pub(super) fn open(
        storage: Box<dyn StorageBackend>,
        state: State,
        settings: JournalSettings,
    ) -> Result<Self, FileError> {
        let scanned = scan(read_all(&*storage)?, &state, &settings)?;
        if scanned.count() > 0 {
            // A sync that has failed, or a crash before it, leaves a record that can be read and is not on the disk, nor
            // to be written there. The ones before it are safe.
            let last = &scanned.bytes[scanned.last..scanned.end.min(scanned.bytes.len())];
            storage.write(scanned.last as u64, last).map_err(FileError::of_journal)?;
            storage.sync_data().map_err(FileError::of_journal)?;
        }
        Ok(Self {
            settings,
            state,
            has_header: scanned.has_header,
            record: scanned.count(),
            end: scanned.end,
            len: scanned.bytes.len(),
            storage,
        })
    }

    /// Reads what is not merged.
    pub(super) fn read(&self) -> Result<Scanned, FileError> {
        if !self.state.is_begun {
            return Ok(Scanned::none());
        }
        let scanned = scan(read_all(&*self.storage)?, &self.state, &self.settings)?;
        if scanned.end != self.end {
            return Err(JournalFault::Damaged(scanned.end).into());
        }
        Ok(scanned)
    }

    pub(super) fn settings(&self) -> &JournalSettings {
        &self.settings
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    /// Whether a record is small enough for a journal.
    pub(super) fn takes(&self, record: &Record) -> bool {
        record.0.len() <= (self.settings.capacity - RECORDS) / 2
    }

    /// Whether there is room for a record.
    pub(super) fn has_room(&self, record: &Record) -> bool {
        self.end + record.0.len() + frame::ALIGNMENT <= self.settings.capacity
    }

    /// Writes the first record of a generation.
    pub(super) fn begin(&mut self) -> Result<(), FileError> {
        if !self.has_header {
            self.extend(RECORDS)?;
            self.write(0, &header::encode(&self.state.id))?;
        }
        let Record(mut first) = Record::empty();
        let number = Number { generation: self.state.generation, record: 0 };
        frame::seal(&mut first, &self.state.id, number);
        self.extend(RECORDS + first.len())?;
        self.write(RECORDS, &first)?;
        self.storage.sync_data().map_err(FileError::of_journal)?;
        self.has_header = true;
        self.record = 1;
        self.end = RECORDS + first.len();
        Ok(())
    }

    /// The database has recorded that the generation has begun.
    pub(super) fn begun(&mut self) {
        self.state.is_begun = true;
    }

    /// Writes a record behind the others.
    pub(super) fn append(&mut self, Record(mut record): Record) -> Result<(), FileError> {
        let number = Number { generation: self.state.generation, record: self.record };
        frame::seal(&mut record, &self.state.id, number);
        let end = self.end + record.len();
        self.extend(end)?;
        self.write(self.end, &record)?;
        self.storage.sync_data().map_err(FileError::of_journal)?;
        self.record += 1;
        self.end = end;
        Ok(())
    }

    /// All records are in the database, which has recorded that.
    pub(super) fn merged(&mut self) {
        self.state.generation += 1;
        self.state.is_begun = false;
        self.record = 0;
        self.end = RECORDS;
    }

    /// Makes the file long enough, with zeros for more records behind.
    fn extend(&mut self, end: usize) -> Result<(), FileError> {
        if end <= self.len {
            return Ok(());
        }
        let len = end.next_multiple_of(self.settings.step).min(self.settings.capacity.max(end));
        self.storage.set_len(len as u64).map_err(FileError::of_journal)?;
        self.write(self.len, &vec![0; len - self.len])?;
        self.len = len;
        Ok(())
    }

    fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), FileError> {
        self.storage.write(offset as u64, bytes).map_err(FileError::of_journal)
    }
}

fn read_all(storage: &dyn StorageBackend) -> Result<Vec<u8>, FileError> {
    let len = storage.len().map_err(FileError::of_journal)?;
    if len > LONGEST {
        return Err(JournalFault::Foreign.into());
    }
    let mut bytes = vec![0; usize::try_from(len).unwrap_or_default()];
    storage.read(0, &mut bytes).map_err(FileError::of_journal)?;
    Ok(bytes)
}
