//! Opening the file, and what is wrong with it.

use std::path::Path;
use std::{fs, io};

use redb::backends::InMemoryBackend;
use redb::{Database, DatabaseError, Error, StorageBackend, StorageError};

use crate::store::StoreError;

/// Pages that are kept in memory: commits touch few, and loading reads each once.
const CACHE_BYTES: usize = 8 << 20;

/// Why a file could not be opened, read or written.
#[derive(Debug)]
pub(super) enum FileError {
    Absent,
    InUse,
    Foreign,
    /// It has this format, which is newer.
    Newer(u64),
    Damaged(Error),
    Full(Error),
    /// An earlier write has failed.
    Failed,
    Other(Error),
}

impl FileError {
    /// Whether the database refuses everything after this error, until it is opened again.
    pub(super) fn closes(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Failed | Self::Other(_))
    }

    /// Returns the error that names the file.
    pub(super) fn of(self, path: &Path) -> StoreError {
        let name = path.display();
        let (message, source) = match self {
            Self::Absent => (format!("{name}: there is no such file"), None),
            Self::InUse => (
                format!("{name} is in use by another process; only one at a time may write it"),
                None,
            ),
            Self::Foreign => (
                format!(
                    "{name} is not a file of checkpoints, and is left as it is; choose another path"
                ),
                None,
            ),
            Self::Newer(format) => (
                format!(
                    "{name} has format {format}, of a newer version of this program; use that one"
                ),
                None,
            ),
            Self::Damaged(source) => (
                format!(
                    "{name} is damaged, and is left as it is; restore it from a copy, or begin anew with another path"
                ),
                Some(source),
            ),
            Self::Full(source) => (
                format!("{name} cannot grow: the disk is full; nothing that was committed is lost"),
                Some(source),
            ),
            Self::Failed => (
                format!(
                    "{name} cannot be written since an earlier write has failed; open it again"
                ),
                None,
            ),
            Self::Other(source) => (format!("{name}"), Some(source)),
        };
        let error = StoreError::new(message);
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

impl<E: Into<Error>> From<E> for FileError {
    fn from(error: E) -> Self {
        match error.into() {
            Error::DatabaseAlreadyOpen | Error::LockProtocolMismatch => Self::InUse,
            Error::PreviousIo => Self::Failed,
            Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => Self::Foreign,
            Error::Io(error) if error.kind() == io::ErrorKind::NotFound => Self::Absent,
            Error::Io(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::StorageFull
                        | io::ErrorKind::QuotaExceeded
                        | io::ErrorKind::FileTooLarge
                ) =>
            {
                Self::Full(Error::Io(error))
            }
            error @ Error::Corrupted(_) => Self::Damaged(error),
            error => Self::Other(error),
        }
    }
}

pub(super) fn open(path: &Path) -> Result<Database, FileError> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
    Ok(builder.create(path)?)
}

pub(super) fn open_backend(backend: impl StorageBackend) -> Result<Database, FileError> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
    Ok(builder.create_with_backend(backend)?)
}

/// Opens a copy of the file in memory, which another process may be writing: it is what a crash at this moment would
/// leave, unless it was read in the middle of a commit.
pub(super) fn open_copy(path: &Path) -> Result<Database, FileError> {
    let content = fs::read(path).map_err(Error::Io)?;
    let copy = InMemoryBackend::new();
    copy.set_len(content.len() as u64)?;
    copy.write(0, &content)?;
    drop(content);
    open_backend(copy)
}

// `StorageError` is named here so that a change of redb's error types is noticed.
const _: fn(StorageError) -> Error = Error::from;
const _: fn(DatabaseError) -> Error = Error::from;
