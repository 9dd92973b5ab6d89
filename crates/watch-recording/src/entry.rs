//! What the lines of a recording say.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use watch_runtime::{EventType, Origin};
use watchable_core::ResourceInfo;

/// A line of a recording.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// When the recorder received it. Times never decrease.
    pub time: Timestamp,
    /// The name of the source in the [`Header`](crate::Header).
    pub source: Arc<str>,
    /// The source's resource.
    pub resource: ResourceInfo,
    /// What it says.
    pub what: EntryKind,
}

/// What a line says.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum EntryKind {
    /// An event.
    Event {
        /// What happened.
        etype: EventType,
        /// How the event came about. An object that existed when this file of a split recording began is
        /// [`Origin::Initial`], too.
        origin: Origin,
        /// The object's JSON. It shares its memory with other lines: copy what is kept for long.
        object: Bytes,
    },
    /// How far the source is.
    Position {
        /// The resource version that it has reached; empty before the first list is complete.
        version: String,
        /// Whether the first list is complete.
        synced: bool,
    },
    /// Between two times, events were missed, and what had changed was found by a list.
    Gap {
        /// When the last event before was received.
        from: Timestamp,
        /// When the gap was repaired.
        to: Timestamp,
    },
}

/// Without the object, which may be confidential.
impl std::fmt::Debug for EntryKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event { etype, origin, object } => f
                .debug_struct("Event")
                .field("etype", etype)
                .field("origin", origin)
                .field("len", &object.len())
                .finish_non_exhaustive(),
            Self::Position { version, synced } => f
                .debug_struct("Position")
                .field("version", version)
                .field("synced", synced)
                .finish(),
            Self::Gap { from, to } => {
                f.debug_struct("Gap").field("from", from).field("to", to).finish()
            }
        }
    }
}
