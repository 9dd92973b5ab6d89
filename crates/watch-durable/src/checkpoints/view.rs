//! What is committed: the rows of the database, with the changes that only the journal has.

use std::collections::{BTreeSet, HashMap};

use redb::{Database, ReadTransaction, ReadableDatabase as _};

use crate::checkpoints::error::FileError;
use crate::checkpoints::journal::Change;
use crate::checkpoints::table;
use crate::store::Row;

/// What is committed.
pub(super) struct View<'a> {
    read: ReadTransaction,
    /// In the order in which they were made.
    changes: Vec<Change<'a>>,
}

impl<'a> View<'a> {
    pub(super) fn new(database: &Database, changes: Vec<Change<'a>>) -> Result<Self, FileError> {
        Ok(Self { read: database.begin_read()?, changes })
    }

    /// Returns the names of the streams, sorted.
    pub(super) fn streams(&self) -> Result<Vec<String>, FileError> {
        let mut names = BTreeSet::from_iter(table::streams(&self.read)?);
        for changes in self.changes.chunk_by(|one, next| one.stream == next.stream) {
            let name = changes[0].stream;
            if !names.contains(name) {
                names.insert(name.to_owned());
            }
        }
        Ok(names.into_iter().collect())
    }

    /// Returns the rows of a stream.
    pub(super) fn rows(&self, stream: &str) -> Result<Vec<Row>, FileError> {
        let mut rows = table::read(&self.read, stream)?;
        let changes = self.changes.iter().filter(|change| change.stream == stream);
        let newest: HashMap<_, _> = changes.map(|change| (change.key, change.value)).collect();
        if newest.is_empty() {
            return Ok(rows);
        }
        rows.retain(|row| !newest.contains_key(row.key.as_slice()));
        rows.extend(
            newest
                .into_iter()
                .filter_map(|(key, value)| Some(Row { key: key.to_vec(), value: value?.to_vec() })),
        );
        Ok(rows)
    }
}
