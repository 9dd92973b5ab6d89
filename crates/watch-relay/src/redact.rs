//! What never leaves the cluster: the values of Secrets, and of fields that the user names.

use std::path::Path;

use watch_protocol::error::one_line;
use watch_recording::key_file;
pub(crate) use watchable_core::redact::Redactor;
pub(crate) use watchable_core::secrets::HashKey;

/// Returns the key of the hashes that stand for values: that of a file, or the one beside a file of checkpoints
/// (`FILE.key`), so that a value that did not change has the same hash after a restart.
///
/// # Errors
///
/// Says what is wrong with the file.
pub(crate) fn key(file: Option<&Path>, checkpoints: Option<&Path>) -> Result<HashKey, String> {
    let loaded = match (file, checkpoints) {
        (Some(file), _) => key_file::load_or_create_at(file),
        (None, Some(checkpoints)) => key_file::load_or_create(checkpoints),
        (None, None) => return Ok(HashKey::random()),
    };
    loaded.map_err(|error| one_line(&error))
}
