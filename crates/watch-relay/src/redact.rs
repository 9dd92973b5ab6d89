//! What never leaves the cluster: the values of Secrets, and of fields that the user names.

use std::path::Path;

pub(crate) use watch_recording::redact::Redactor;
use watch_recording::redact::key_file;
pub(crate) use watchable_core::secrets::HashKey;

/// Returns the key of the hashes that stand for values. Beside a file of checkpoints (`FILE.key`) it is the same after a
/// restart, so that a value that did not change has the same hash.
///
/// # Errors
///
/// Says what is wrong with the file.
pub(crate) fn key(checkpoints: Option<&Path>) -> Result<HashKey, String> {
    match checkpoints {
        None => Ok(HashKey::random()),
        Some(path) => key_file::load_or_create(path).map_err(|error| error.to_string()),
    }
}
