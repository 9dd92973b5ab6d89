//! The error of bytes that are no message, with the place.

use std::error::Error;
use std::fmt;

/// The reason why bytes are no message, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    place: String,
    why: String,
    is_unknown_kind: bool,
}

impl DecodeError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { place: String::new(), why: why.into(), is_unknown_kind: false }
    }

    pub(super) fn unknown_kind(api_version: &str, kind: &str) -> Self {
        let why = format!("there is no protobuf of {kind:?} in {api_version:?}");
        Self { is_unknown_kind: true, ..Self::new(why) }
    }

    /// Returns whether the object is of no kind of Kubernetes' own.
    pub fn is_unknown_kind(&self) -> bool {
        self.is_unknown_kind
    }

    /// Adds the name of what the place is in.
    pub(super) fn at(self, name: &str) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        Self { place: format!("{name}{dot}{}", self.place), ..self }
    }

    pub(super) fn at_index(self, index: usize) -> Self {
        self.at(&format!("[{index}]"))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.place.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}", self.place, self.why)
    }
}

impl Error for DecodeError {}
