//! Why the next event of a watch cannot be had.

use crate::frame::json::LineTooLong;

/// Why there is no event where there should be one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FrameError {
    /// It is longer than the limit, in bytes.
    TooLong(usize),
    /// What was received cannot be one.
    Malformed(&'static str),
}

impl From<LineTooLong> for FrameError {
    fn from(LineTooLong(limit): LineTooLong) -> Self {
        Self::TooLong(limit)
    }
}
