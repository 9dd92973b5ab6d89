//! Why two objects cannot be compared.

use std::error::Error;
use std::fmt;

/// An object could not be encoded as JSON.
#[derive(Debug)]
pub struct DiffError(serde_json::Error);

impl DiffError {
    pub(super) fn new(error: serde_json::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for DiffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object cannot be encoded as JSON")
    }
}

impl Error for DiffError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
