//! A database and its journal, as one.

use redb::Database;

use crate::checkpoints::error::FileError;
use crate::checkpoints::journal::{Change, Journal, Record};
use crate::checkpoints::settings::JournalSabotage;
use crate::checkpoints::table;
use crate::checkpoints::view::View;

/// A database and its journal.
pub(super) struct Contents {
    pub(super) database: Database,
    pub(super) journal: Journal,
}

impl Contents {
    /// Looks at what is committed.
    pub(super) fn view<R>(
        &self,
        look: impl FnOnce(View<'_>) -> Result<R, FileError>,
    ) -> Result<R, FileError> {
        let scanned = self.journal.read()?;
        look(View::new(&self.database, scanned.changes(self.journal.settings())?)?)
    }

    /// Writes a commit, as a whole or not at all.
    pub(super) fn write(&mut self, record: Record) -> Result<(), FileError> {
        if !self.journal.takes(&record) {
            // Merging it would cost the same, after it was written once more.
            self.merge()?;
            return table::write(&self.database, &record.changes(), None);
        }
        if !self.journal.has_room(&record) {
            self.merge()?;
        }
        if !self.journal.state().is_begun {
            self.journal.begin()?;
            table::begin(&self.database, self.journal.state().generation)?;
            self.journal.begun();
        }
        self.journal.append(record)
    }

    /// Removes a stream. Returns whether there was one.
    pub(super) fn remove(&mut self, stream: &str) -> Result<bool, FileError> {
        self.merge()?;
        table::remove(&self.database, stream)
    }

    /// Puts the rows of the journal into the database: of each only the newest version.
    fn merge(&mut self) -> Result<(), FileError> {
        let state = self.journal.state();
        if !state.is_begun {
            return Ok(());
        }
        let scanned = self.journal.read()?;
        let mut changes = scanned.changes(self.journal.settings())?;
        keep_newest(&mut changes);
        if self.journal.settings().is_sabotaged(JournalSabotage::ForgetRecords) {
            changes.clear();
        }
        let mut slices = changes.chunks(self.journal.settings().slice).peekable();
        while let Some(slice) = slices.next() {
            let generation = slices.peek().is_none().then_some(state.generation + 1);
            table::write(&self.database, slice, generation)?;
        }
        if changes.is_empty() {
            table::write(&self.database, &[], Some(state.generation + 1))?;
        }
        self.journal.merged();
        Ok(())
    }
}

/// Sorts changes by their rows, and leaves the last of each: neighbours share pages then.
fn keep_newest(changes: &mut Vec<Change<'_>>) {
    changes.reverse();
    changes.sort_by_key(|change| (change.stream, change.key));
    changes.dedup_by_key(|change| (change.stream, change.key));
}
