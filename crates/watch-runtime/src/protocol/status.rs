//! Where a stream stands: what it is doing, and what it has done.

use std::fmt;
use std::time::Instant;

/// What [`Watcher::status`](crate::Watcher::status) shows.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WatchStatus {
    /// What the stream is doing.
    pub phase: Phase,
    /// How many events it has delivered.
    pub events: u64,
    /// How many objects did not decode into their type.
    pub decode_errors: u64,
    /// How many events were of a type that is not known, and were skipped.
    pub unknown_events: u64,
    /// How often it has asked again because something had ended or gone wrong: see [`Cause`]. A
    /// list's next page and the watch after it do not count.
    pub restarts: u64,
    /// How many gaps it has repaired: states taken anew after a 410 and compared with what was
    /// delivered.
    pub repairs: u64,
    /// How many objects it keeps in mind, so that it can repair a gap.
    pub indexed_objects: usize,
    /// The version that it has reached; managed streams only.
    pub resource_version: Option<String>,
}

impl WatchStatus {
    /// Takes over what another says, without a new place for the version. Gives whether the phase is
    /// another one.
    pub(crate) fn update(&mut self, newer: &Self, version: Option<&str>) -> bool {
        let changed = self.phase != newer.phase;
        let resource_version = self.resource_version.take();
        *self = Self { resource_version, ..*newer };
        match (version, &mut self.resource_version) {
            (None, place) => *place = None,
            (Some(version), Some(place)) => version.clone_into(place),
            (Some(version), place) => *place = Some(version.to_owned()),
        }
        changed
    }
}

/// What a stream is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Nothing: it has not begun, or is over.
    #[default]
    Stopped,
    /// Waiting for the server's answer.
    Connecting,
    /// Taking the state of the server: at the beginning, or to repair a gap.
    Listing {
        /// How many objects have come.
        done: u64,
        /// How many are yet to come, where the server says.
        remaining: Option<u64>,
    },
    /// Delivering events as they happen. The state that there was at the beginning is complete.
    Live,
    /// Waiting before another try.
    BackingOff {
        /// When the next try is.
        until: Instant,
        /// Why it waits.
        cause: Cause,
    },
}

/// Why a stream asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The watch ended as it should, at its timeout.
    Timeout,
    /// The connection broke, or the answer ended too soon.
    Disconnected,
    /// Nothing came for so long that the connection was taken for dead.
    IdleTimeout,
    /// The server no longer has the events that would come next.
    Gone,
    /// The server could not be reached.
    Unreachable,
    /// The server refused, with this HTTP status.
    Rejected(u16),
    /// The server sent something that is no watch event.
    Malformed,
    /// The server cannot stream its state: it is listed instead.
    StreamingListUnsupported,
    /// The server is at an older version than the stream: it was set back, as from a backup.
    ServerRolledBack,
}

impl Cause {
    /// One word for each, as metrics label it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Disconnected => "disconnected",
            Self::IdleTimeout => "idle_timeout",
            Self::Gone => "gone",
            Self::Unreachable => "unreachable",
            Self::Rejected(_) => "rejected",
            Self::Malformed => "malformed",
            Self::StreamingListUnsupported => "streaming_list_unsupported",
            Self::ServerRolledBack => "server_rolled_back",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(code) => write!(f, "refused with HTTP {code}"),
            Self::StreamingListUnsupported => f.write_str("the server streams no initial state"),
            Self::ServerRolledBack => f.write_str("the server was set back to an older state"),
            other => f.write_str(other.as_str()),
        }
    }
}
