//! What a line of a watch can be.

use bytes::Bytes;

use crate::protocol::api_status::ApiStatus;
use crate::protocol::event::EventType;
use crate::protocol::identity::Identity;

/// One line of a watch.
#[derive(Debug)]
pub(crate) enum Envelope {
    /// Something happened to an object.
    Event { etype: EventType, object: Bytes, identity: Identity },
    /// All events up to this version have been sent; perhaps all of the initial state, too.
    Bookmark { version: Option<String>, ends_initial_list: bool },
    /// The server gives the watch up.
    Error(ApiStatus),
    /// A type from a newer API, to be skipped.
    Unknown,
}
