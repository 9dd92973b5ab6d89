//! The names of the files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns the path of a file's journal.
pub(super) fn journal_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-journal");
    name.into()
}
