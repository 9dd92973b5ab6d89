//! The kinds of lines that a watch sends.

use bytes::Bytes;

use crate::protocol::api_status::ApiStatus;
use crate::protocol::event::EventType;
use crate::protocol::identity::Identity;

/// A line of a watch.
#[derive(Debug)]
pub(crate) enum Envelope {
    /// Something happened to an object.
    Event { etype: EventType, object: Bytes, identity: Identity },
    /// All events up to this version were sent. With `ends_initial_list`, the streaming list is
    /// complete.
    Bookmark { version: Option<String>, ends_initial_list: bool },
    /// The server ends the watch with an error.
    Error(ApiStatus),
    /// An event of an unknown type, to be skipped.
    Unknown,
}
