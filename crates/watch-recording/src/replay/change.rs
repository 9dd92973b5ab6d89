//! A change as it is put into the server.

use bytes::Bytes;
use jiff::Timestamp;
use watch_runtime::EventType;

use super::head::Key;

/// A change of a resource.
#[derive(Debug, PartialEq)]
pub(super) struct Change {
    pub(super) time: Timestamp,
    /// The resource's place in [`Sources::resources`](super::sources::Sources::resources).
    pub(super) resource: usize,
    pub(super) version: u64,
    pub(super) what: What,
}

/// What happens at the version of a change.
#[derive(Debug, PartialEq)]
pub(super) enum What {
    /// An object is created or replaced; the key is not read again.
    Put { etype: EventType, key: Key, object: Bytes },
    /// An object is deleted, whose last state was recorded.
    Delete { key: Key, object: Bytes },
    /// An object is deleted, whose last state is not known.
    DeleteNamed { key: Key },
    /// Nothing: the resource was watched up to here.
    Advance,
    /// The server was restored from a backup: versions go back.
    Rewind,
}
