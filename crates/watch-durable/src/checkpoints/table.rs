//! The tables of the database: one for each stream, and one that says what the file is.

use redb::{
    Database, ReadTransaction, ReadableDatabase as _, ReadableTable as _, TableDefinition,
    TableError, TableHandle as _, WriteTransaction,
};

use crate::checkpoints::error::FileError;
use crate::checkpoints::journal::{Change, State};
use crate::store::Row;

/// What the file is: its format, and what it says of its journal.
const FILE: TableDefinition<'_, &str, u64> = TableDefinition::new("watchables-checkpoints");
/// Format 1 had no journal.
const FORMAT: u64 = 2;
const FORMAT_WITHOUT_JOURNAL: u64 = 1;
/// The id, which the journal has too, in two halves.
const ID: [&str; 2] = ["id-1", "id-2"];
/// How often the journal was merged.
const GENERATION: &str = "generation";
/// The last generation of which the journal may have commits.
const BEGUN: &str = "begun";
/// The names of the streams' tables begin with it.
const STREAM: &str = "stream:";

type Rows<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// Returns what a file says of its journal. A new file, and one without a journal, become such that say so.
pub(super) fn prepare(database: &Database) -> Result<State, FileError> {
    let read = database.begin_read()?;
    let is_new = read.list_tables()?.next().is_none();
    if let Some(state) = if is_new { None } else { state(&read)? } {
        return Ok(state);
    }
    drop(read);
    let write = database.begin_write()?;
    {
        let mut table = write.open_table(FILE)?;
        table.insert("format", FORMAT)?;
        for half in ID {
            table.insert(half, fastrand::u64(..))?;
        }
        table.insert(GENERATION, 1)?;
    }
    write.commit()?;
    state(&database.begin_read()?)?.ok_or(FileError::Foreign)
}

/// Returns what a file says of its journal; `None` if it has no journal yet.
pub(super) fn state(read: &ReadTransaction) -> Result<Option<State>, FileError> {
    let table = match read.open_table(FILE) {
        Err(TableError::Storage(error)) => return Err(error.into()),
        Err(_) => return Err(FileError::Foreign),
        Ok(table) => table,
    };
    let number = |key| Ok::<_, FileError>(table.get(key)?.map(|number| number.value()));
    match number("format")? {
        Some(FORMAT) => {}
        Some(FORMAT_WITHOUT_JOURNAL) => return Ok(None),
        Some(format) => return Err(FileError::Newer(format)),
        None => return Err(FileError::Foreign),
    }
    let (Some(first), Some(second), Some(generation)) =
        (number(ID[0])?, number(ID[1])?, number(GENERATION)?)
    else {
        let what = "the file does not identify its journal".to_owned();
        return Err(FileError::Damaged(redb::Error::Corrupted(what)));
    };
    let id = (u128::from(first) << 64 | u128::from(second)).to_be_bytes();
    Ok(Some(State { id, generation, is_begun: number(BEGUN)? == Some(generation) }))
}

/// Records that the journal may have commits of this generation from now on.
pub(super) fn begin(database: &Database, generation: u64) -> Result<(), FileError> {
    let write = database.begin_write()?;
    write.open_table(FILE)?.insert(BEGUN, generation)?;
    Ok(write.commit()?)
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

/// Returns the names of the streams.
pub(super) fn streams(read: &ReadTransaction) -> Result<Vec<String>, FileError> {
    let tables = read.list_tables()?;
    Ok(tables.filter_map(|table| Some(table.name().strip_prefix(STREAM)?.to_owned())).collect())
}

/// Writes changes in one transaction, in their order. With a generation, the one before it has ended.
pub(super) fn write(
    database: &Database,
    changes: &[Change<'_>],
    generation: Option<u64>,
) -> Result<(), FileError> {
    let write = database.begin_write()?;
    for changes in changes.chunk_by(|one, next| one.stream == next.stream) {
        let stream = changes[0].stream;
        apply(&write, stream, changes.iter().map(|change| (change.key, change.value)))?;
    }
    if let Some(generation) = generation {
        write.open_table(FILE)?.insert(GENERATION, generation)?;
    }
    Ok(write.commit()?)
}

fn apply<'a>(
    write: &WriteTransaction,
    stream: &str,
    changes: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
) -> Result<(), FileError> {
    let name = format!("{STREAM}{stream}");
    let mut table = write.open_table(Rows::new(&name))?;
    for (key, value) in changes {
        match value {
            Some(value) => drop(table.insert(key, value)?),
            None => drop(table.remove(key)?),
        }
    }
    Ok(())
}

/// Removes a stream. Returns whether there was one.
pub(super) fn remove(database: &Database, stream: &str) -> Result<bool, FileError> {
    let write = database.begin_write()?;
    let name = format!("{STREAM}{stream}");
    let existed = write.delete_table(Rows::new(&name))?;
    write.commit()?;
    Ok(existed)
}
