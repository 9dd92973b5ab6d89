//! Why a file of checkpoints could not be used, and what is said of it.

use std::io;
use std::path::Path;

use redb::{DatabaseError, Error, StorageError};

use crate::checkpoints::paths::journal_path;
use crate::store::StoreError;

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
    Journal(JournalFault),
    /// The journal could not be read or written.
    JournalIo(io::Error),
}

/// What is wrong with the journal beside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JournalFault {
    Missing,
    Foreign,
    OfAnotherFile,
    /// It ends before what the file says it has.
    Older,
    /// It begins after what the file has.
    Newer,
    /// It has this format, which is newer.
    Format(u32),
    /// What is at this offset was not written there, but what follows it was.
    Damaged(usize),
}

impl FileError {
    /// Whether nothing can be done after this error, until the file is opened again.
    pub(super) fn closes(&self) -> bool {
        matches!(
            self,
            Self::Full(_) | Self::Failed | Self::Other(_) | Self::Journal(_) | Self::JournalIo(_)
        )
    }

    /// Whether this may be the middle of another process's commit.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Damaged(_) | Self::Journal(_))
    }

    /// Returns the error of a read or write of the journal.
    pub(super) fn of_journal(error: io::Error) -> Self {
        match Self::from(Error::Io(error)) {
            Self::Other(Error::Io(error)) => Self::JournalIo(error),
            error => error,
        }
    }

    /// Returns the error that names the file.
    pub(super) fn of(self, path: &Path) -> StoreError {
        let name = path.display();
        let (message, source): (_, Option<Box<dyn std::error::Error + Send + Sync>>) = match self {
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
                    "{name} is damaged, and is left as it is; restore it and {} from one copy, or begin anew with \
                     another path",
                    journal_path(path).display()
                ),
                Some(source.into()),
            ),
            Self::Full(source) => (
                format!("{name} cannot grow: the disk is full; nothing that was committed is lost"),
                Some(source.into()),
            ),
            Self::Failed => (
                format!(
                    "{name} cannot be written since an earlier write has failed; open it again"
                ),
                None,
            ),
            Self::Other(source) => (format!("{name}"), Some(source.into())),
            Self::Journal(fault) => (fault.message(path), None),
            Self::JournalIo(source) => {
                (format!("{}", journal_path(path).display()), Some(source.into()))
            }
        };
        let error = StoreError::new(message);
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

impl JournalFault {
    fn message(self, path: &Path) -> String {
        let (name, journal) = (path.display(), journal_path(path));
        let journal = journal.display();
        let remedy = "restore both from one copy, or begin anew with another path";
        match self {
            Self::Missing => {
                format!("{journal} is missing, which has the last commits of {name}; {remedy}")
            }
            Self::Foreign => format!(
                "{journal} is in the way: {name} needs this name for its journal; move it elsewhere, or choose another \
                 path"
            ),
            Self::OfAnotherFile => format!(
                "{journal} is the journal of another file than {name}, and is left as it is; restore the file that it \
                 belongs to, or remove it to begin anew"
            ),
            Self::Older => {
                format!("{journal} does not have the last commits of {name}; {remedy}")
            }
            Self::Newer => format!(
                "{name} is from before {journal}, which has only the commits that came later; {remedy}"
            ),
            Self::Format(format) => format!(
                "{journal} has format {format}, of a newer version of this program; use that one"
            ),
            Self::Damaged(offset) => format!(
                "{journal} is damaged at byte {offset}, and is left as it is, and so is {name}; {remedy}"
            ),
        }
    }
}

impl From<JournalFault> for FileError {
    fn from(fault: JournalFault) -> Self {
        Self::Journal(fault)
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

// They are named here so that a change of redb's error types is noticed.
const _: fn(StorageError) -> Error = Error::from;
const _: fn(DatabaseError) -> Error = Error::from;
