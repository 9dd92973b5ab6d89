//! The reason why a recording cannot be replayed.

use std::error::Error;
use std::fmt;
use std::io;

use embedded_apiserver::ReplayError;
use jiff::Timestamp;

use crate::RecordingError;

/// The reason why a recording cannot be replayed, or not further.
#[derive(Debug)]
pub struct ReplayerError(Kind);

#[derive(Debug)]
enum Kind {
    Recording(RecordingError),
    Replay(ReplayError),
    /// Something in the recording has no place in an order.
    Unordered {
        source: String,
        why: String,
    },
    OutOfRange {
        time: Timestamp,
        range: (Timestamp, Timestamp),
    },
    EndsBeforeStart {
        from: Timestamp,
        until: Timestamp,
    },
    Speed(f64),
    Server(io::Error),
}

impl ReplayerError {
    pub(super) fn unordered(source: &str, why: String) -> Self {
        Self(Kind::Unordered { source: source.to_owned(), why })
    }

    pub(super) fn out_of_range(time: Timestamp, range: (Timestamp, Timestamp)) -> Self {
        Self(Kind::OutOfRange { time, range })
    }

    pub(super) fn ends_before_start(from: Timestamp, until: Timestamp) -> Self {
        Self(Kind::EndsBeforeStart { from, until })
    }

    pub(super) fn speed(speed: f64) -> Self {
        Self(Kind::Speed(speed))
    }

    pub(super) fn server(error: io::Error) -> Self {
        Self(Kind::Server(error))
    }

    /// Returns whether a time is outside of the recording, which the message says the range of.
    pub fn is_out_of_range(&self) -> bool {
        matches!(self.0, Kind::OutOfRange { .. } | Kind::EndsBeforeStart { .. })
    }

    /// Returns the error of the recording, if it cannot be read.
    pub fn recording_error(&self) -> Option<&RecordingError> {
        match &self.0 {
            Kind::Recording(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for ReplayerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Recording(error) => error.fmt(f),
            Kind::Replay(error) => error.fmt(f),
            Kind::Unordered { source, why } => {
                write!(f, "cannot replay {source:?}: {why}")
            }
            Kind::OutOfRange { time, range: (first, last) } => {
                write!(f, "{time} is outside of the recording, which is from {first} to {last}")
            }
            Kind::EndsBeforeStart { from, until } => {
                write!(f, "the replay would end at {until}, before it begins at {from}")
            }
            Kind::Speed(speed) => {
                write!(f, "a recording cannot be replayed at speed {speed}: use a number above 0")
            }
            Kind::Server(_) => f.write_str("cannot start the server of the replay"),
        }
    }
}

impl Error for ReplayerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::Recording(error) => error.source(),
            Kind::Replay(error) => error.source(),
            Kind::Server(error) => Some(error),
            _ => None,
        }
    }
}

impl From<RecordingError> for ReplayerError {
    fn from(error: RecordingError) -> Self {
        Self(Kind::Recording(error))
    }
}

impl From<ReplayError> for ReplayerError {
    fn from(error: ReplayError) -> Self {
        Self(Kind::Replay(error))
    }
}
