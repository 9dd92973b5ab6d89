//! The key of a recording's hashes, in a file beside it: `day.jsonl.zst.key`.
//!
//! With the key, values that are easy to guess could be found by trying. So it is not in the recording, which may be
//! shared, and only the user can read it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use watchable_core::secrets::HashKey;

use crate::error::{Kind, RecordingError};

/// Returns where the key of a recording is.
pub fn path_of(recording: &Path) -> PathBuf {
    let mut name = recording.file_name().unwrap_or_default().to_owned();
    name.push(".key");
    recording.with_file_name(name)
}

/// Returns the key of a recording; `None` if there is no file.
pub(crate) fn load(recording: &Path) -> Result<Option<HashKey>, RecordingError> {
    load_at(&path_of(recording), recording)
}

/// Returns the key beside a file, such as a recording, and creates it if there is none.
///
/// # Errors
///
/// Fails if the file of the key cannot be read or written, or is none.
pub fn load_or_create(recording: &Path) -> Result<HashKey, RecordingError> {
    create_at(&path_of(recording), recording)
}

/// Returns the key in a file, and creates it if there is none.
///
/// # Errors
///
/// As [`load_or_create`].
pub fn load_or_create_at(path: &Path) -> Result<HashKey, RecordingError> {
    create_at(path, path)
}

fn load_at(path: &Path, recording: &Path) -> Result<Option<HashKey>, RecordingError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(RecordingError::io(recording, "read the key of")(error)),
    };
    let key = text.trim_end().parse().map_err(|error| {
        let reason = format!(
            "{} is not the key of a recording's hashes: {error}; restore it, or remove it together with its recording",
            path.display()
        );
        RecordingError::new(recording, Kind::Setting(reason))
    });
    key.map(Some)
}

fn create_at(path: &Path, recording: &Path) -> Result<HashKey, RecordingError> {
    if let Some(key) = load_at(path, recording)? {
        return Ok(key);
    }
    let key = HashKey::random();
    let create = || {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        writeln!(file, "{}", key.to_hex())?;
        file.sync_all()
    };
    create().map_err(RecordingError::io(recording, "write the key of"))?;
    Ok(key)
}
