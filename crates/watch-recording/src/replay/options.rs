//! Which part of a recording is replayed.

use jiff::Timestamp;

/// Which part of a recording is replayed, and whether again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplayOptions {
    pub(super) from: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    pub(super) looped: bool,
}

impl ReplayOptions {
    /// Returns the default options: all of the recording, once.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins with the state at a time. By default, it is that of the first lists.
    pub fn from(mut self, time: Timestamp) -> Self {
        self.from = Some(time);
        self
    }

    /// Ends at a time, with the changes at it. By default, the end is the recording's.
    pub fn until(mut self, time: Timestamp) -> Self {
        self.until = Some(time);
        self
    }

    /// Shows the state at a time, and nothing that happens after it.
    pub fn at(self, time: Timestamp) -> Self {
        self.from(time).until(time)
    }

    /// Begins again after the end.
    ///
    /// The server is then rolled back to the first state, with the versions that it had: as of a server that was
    /// restored from a backup. Every watch ends with 410 Expired, and clients list again. So they see
    /// no events that did not happen, and the versions stay those of the recording.
    pub fn looped(mut self, on: bool) -> Self {
        self.looped = on;
        self
    }
}
