//! Files that have a password, a token or another secret, alone.

use std::fs;
use std::path::Path;

use crate::sink::SinkError;

/// Returns what a file has, without the line's end.
///
/// # Errors
///
/// Fails if it cannot be read, or is empty. The message names it.
pub(super) fn read(path: &Path) -> Result<String, SinkError> {
    let text = fs::read_to_string(path).map_err(|error| {
        let text = format!("the file {} cannot be read", path.display());
        SinkError::new(text).with_source(error)
    })?;
    if text.trim().is_empty() {
        return Err(SinkError::new(format!("the file {} is empty", path.display())));
    }
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
