//! Why a manifest cannot be read, without a word of its text.

use std::borrow::Cow;
use std::fmt;

use serde_saphyr::granit_parser::{ErrorKind, Marker, ScanError};

/// A place in a manifest, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// From 1.
    pub(crate) line: usize,
    /// From 1.
    pub(crate) column: usize,
    what: Cow<'static, str>,
}

impl SyntaxError {
    pub(super) fn new(at: Marker, what: &'static str) -> Self {
        Self { line: at.line(), column: at.col() + 1, what: what.into() }
    }

    /// Returns what is wrong, without the place.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// The error of a text that begins after so many lines of the manifest.
    pub(super) fn after_lines(mut self, lines: usize) -> Self {
        self.line += lines;
        self
    }
}

impl From<ScanError> for SyntaxError {
    fn from(error: ScanError) -> Self {
        let what = match error.kind() {
            // The parser quotes it.
            ErrorKind::UnexpectedCharacter { .. } => Cow::Borrowed("unexpected character"),
            kind => Cow::Owned(kind.to_string()),
        };
        Self { line: error.marker().line(), column: error.marker().col() + 1, what }
    }
}

impl From<serde_json::Error> for SyntaxError {
    /// Errors of syntax quote nothing. Others cannot occur, because a `Value` takes any JSON.
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or_default().to_owned();
        Self { line, column, what: format!("invalid JSON: {what}").into() }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.what)
    }
}
