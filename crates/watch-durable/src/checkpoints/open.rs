//! Opening a file and its journal.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Builder, Database, ReadableDatabase as _, StorageBackend};

use crate::checkpoints::contents::Contents;
use crate::checkpoints::error::{FileError, JournalFault};
use crate::checkpoints::journal::{Journal, Scanned, State, scan};
use crate::checkpoints::paths::journal_path;
use crate::checkpoints::settings::JournalSettings;
use crate::checkpoints::table;
use crate::checkpoints::view::View;

/// Pages that are kept in memory: commits touch few, and loading reads each once.
const CACHE_BYTES: usize = 8 << 20;

/// Opens a file with its journal, or creates both.
pub(super) fn open(path: &Path) -> Result<Contents, FileError> {
    if !fs::exists(path).map_err(redb::Error::Io)?
        && let Some(journal) = read_journal(path)?
    {
        // It is of a file that was here. No database has this id.
        let state = State { id: [0; 16], generation: 0, is_begun: false };
        scan(journal, &state, &JournalSettings::FILE)?;
    }
    let database = builder().create(path)?;
    let state = table::prepare(&database)?;
    let path = journal_path(path);
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let file = if state.is_begun {
        options.open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => JournalFault::Missing.into(),
            _ => FileError::of_journal(error),
        })?
    } else {
        let file = options.create(true).truncate(false).open(&path);
        let file = file.map_err(FileError::of_journal)?;
        // Neither name may be lost once something is committed.
        sync_folder(&path).map_err(FileError::of_journal)?;
        file
    };
    let storage = Box::new(FileBackend::new(file)?);
    let journal = Journal::open(storage, state, JournalSettings::FILE)?;
    Ok(Contents { database, journal })
}

/// Opens what is stored elsewhere than in files.
pub(super) fn open_backends<B: StorageBackend>(
    (database, journal): (B, B),
    settings: JournalSettings,
) -> Result<Contents, FileError> {
    let database = builder().create_with_backend(database)?;
    let state = table::prepare(&database)?;
    Ok(Contents { database, journal: Journal::open(Box::new(journal), state, settings)? })
}

/// Looks at a copy of a file in memory, which another process may be writing: it is what a crash at this moment would
/// leave, unless it was read in the middle of a commit.
pub(super) fn look<R>(
    path: &Path,
    look: impl FnOnce(View<'_>) -> Result<R, FileError>,
) -> Result<R, FileError> {
    let content = fs::read(path).map_err(redb::Error::Io)?;
    // After the database: what has been merged meanwhile is in the journal still, or that is newer than the database.
    let journal = read_journal(path)?;
    let copy = InMemoryBackend::new();
    copy.set_len(content.len() as u64)?;
    copy.write(0, &content)?;
    drop(content);
    let database = builder().create_with_backend(copy)?;
    let state = table::state(&database.begin_read()?)?;
    let settings = JournalSettings::FILE;
    let scanned = match (state, journal) {
        (Some(state), Some(journal)) => scan(journal, &state, &settings)?,
        (Some(state), None) if state.is_begun => return Err(JournalFault::Missing.into()),
        _ => Scanned::none(),
    };
    look(View::new(&database, scanned.changes(&settings)?)?)
}

/// Returns the content of a file's journal, if there is one.
fn read_journal(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(journal_path(path)) {
        Ok(journal) => Ok(Some(journal)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::of_journal(error)),
    }
}

fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
    builder
}

/// Makes the names of new files safe, where the system can.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) {
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
