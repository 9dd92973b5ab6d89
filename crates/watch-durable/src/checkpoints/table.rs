//! The tables of the file: one for each stream, and one that says what the file is.

use redb::{
    Database, ReadTransaction, ReadableDatabase as _, ReadableTable as _, TableDefinition,
    TableError, TableHandle as _,
};

use crate::checkpoints::open::FileError;
use crate::store::{Batch, Row};

/// What the file is: its format.
const FILE: TableDefinition<'_, &str, u64> = TableDefinition::new("watchables-checkpoints");
const FORMAT: u64 = 1;
/// The names of the streams' tables begin with it.
const STREAM: &str = "stream:";

type Rows<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// Writes the format into a new file, and checks that of another one.
pub(super) fn check_format(database: &Database) -> Result<(), FileError> {
    let read = database.begin_read()?;
    if read.list_tables()?.next().is_none() {
        drop(read);
        let write = database.begin_write()?;
        write.open_table(FILE)?.insert("format", FORMAT)?;
        return Ok(write.commit()?);
    }
    check(&read)
}

/// Checks the format of a file that is not new.
pub(super) fn check(read: &ReadTransaction) -> Result<(), FileError> {
    let table = match read.open_table(FILE) {
        Err(TableError::Storage(error)) => return Err(error.into()),
        Err(_) => return Err(FileError::Foreign),
        Ok(table) => table,
    };
    match table.get("format")?.map(|format| format.value()) {
        Some(FORMAT) => Ok(()),
        Some(format) => Err(FileError::Newer(format)),
        None => Err(FileError::Foreign),
    }
}

/// Returns the rows of a stream.
pub(super) fn read(read: &ReadTransaction, stream: &str) -> Result<Vec<Row>, FileError> {
    let name = format!("{STREAM}{stream}");
    let table = match read.open_table(Rows::new(&name)) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
        table => table?,
    };
    let rows = table.iter()?.map(|row| {
        let (key, value) = row?;
        Ok(Row { key: key.value().to_vec(), value: value.value().to_vec() })
    });
    rows.collect()
}

/// Returns the names of the streams, sorted.
pub(super) fn streams(read: &ReadTransaction) -> Result<Vec<String>, FileError> {
    let tables = read.list_tables()?;
    let mut names: Vec<_> =
        tables.filter_map(|table| Some(table.name().strip_prefix(STREAM)?.to_owned())).collect();
    names.sort();
    Ok(names)
}

/// Writes the batches in one transaction.
pub(super) fn write(database: &Database, batches: &[Batch]) -> Result<(), FileError> {
    let write = database.begin_write()?;
    for Batch { stream, puts, removals } in batches {
        let name = format!("{STREAM}{stream}");
        let mut table = write.open_table(Rows::new(&name))?;
        for key in removals {
            table.remove(key.as_slice())?;
        }
        for Row { key, value } in puts {
            table.insert(key.as_slice(), value.as_slice())?;
        }
    }
    Ok(write.commit()?)
}

/// Removes a stream. Returns whether there was one.
pub(super) fn remove(database: &Database, stream: &str) -> Result<bool, FileError> {
    let write = database.begin_write()?;
    let name = format!("{STREAM}{stream}");
    let existed = write.delete_table(Rows::new(&name))?;
    write.commit()?;
    Ok(existed)
}
