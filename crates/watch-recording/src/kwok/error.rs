//! Why a recording of KWOK cannot be read or written.

use std::error::Error;
use std::{fmt, io};

use crate::RecordingError;

/// An error of a conversion. Its message says where the fault is, and how to mend it.
///
/// The kind is private so that kinds can be added.
#[derive(Debug)]
pub struct KwokError(Kind);

#[derive(Debug)]
enum Kind {
    /// The document that begins on a line cannot be converted.
    Document {
        line: usize,
        reason: String,
    },
    /// Nothing in the text can be converted.
    Nothing(&'static str),
    Write(io::Error),
    Recording(RecordingError),
}

impl KwokError {
    pub(super) fn document(line: usize, reason: impl Into<String>) -> Self {
        Self(Kind::Document { line, reason: reason.into() })
    }

    pub(super) fn nothing(reason: &'static str) -> Self {
        Self(Kind::Nothing(reason))
    }

    /// Returns the line of the text, from 1, on which the document begins that is at fault.
    pub fn line(&self) -> Option<usize> {
        match self.0 {
            Kind::Document { line, .. } => Some(line),
            _ => None,
        }
    }

    /// Returns the error of the recording that is read or written, if it is at fault.
    pub fn recording_error(&self) -> Option<&RecordingError> {
        match &self.0 {
            Kind::Recording(error) => Some(error),
            _ => None,
        }
    }
}

impl From<RecordingError> for KwokError {
    fn from(error: RecordingError) -> Self {
        Self(Kind::Recording(error))
    }
}

impl From<io::Error> for KwokError {
    fn from(error: io::Error) -> Self {
        Self(Kind::Write(error))
    }
}

impl fmt::Display for KwokError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Document { line, reason } => write!(f, "line {line}: {reason}"),
            Kind::Nothing(reason) => f.write_str(reason),
            Kind::Write(_) => f.write_str("cannot write the recording for KWOK"),
            Kind::Recording(error) => error.fmt(f),
        }
    }
}

impl Error for KwokError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::Document { .. } | Kind::Nothing(_) => None,
            Kind::Write(error) => Some(error),
            Kind::Recording(error) => error.source(),
        }
    }
}
