//! Why two objects cannot be compared.

use std::error::Error;
use std::fmt;

use watchable_core::json;

/// An object could not be encoded as JSON, or is none.
#[derive(Debug)]
pub struct DiffError(Cause);

#[derive(Debug)]
enum Cause {
    Encode(serde_json::Error),
    Decode(json::Error),
}

impl DiffError {
    pub(super) fn new(error: serde_json::Error) -> Self {
        Self(Cause::Encode(error))
    }

    pub(super) fn not_json(error: json::Error) -> Self {
        Self(Cause::Decode(error))
    }
}

impl fmt::Display for DiffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Cause::Encode(_) => "the object cannot be encoded as JSON",
            Cause::Decode(_) => "the object is not valid JSON",
        })
    }
}

impl Error for DiffError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Cause::Encode(error) => Some(error),
            Cause::Decode(error) => Some(error),
        }
    }
}
