//! The kinds of events that a watch sends.

use crate::api_status::ApiStatus;
use crate::event::EventType;
use crate::identity::Identity;
use crate::raw_object::RawObject;

/// The annotation of the bookmark that ends a streaming list (KEP-3157).
pub(super) const INITIAL_EVENTS_END_ANNOTATION: &str = "k8s.io/initial-events-end";

/// What a watch sends, whichever its encoding.
#[derive(Debug)]
pub(crate) enum Envelope {
    /// Something happened to an object.
    Event { etype: EventType, object: RawObject, identity: Identity },
    /// All events up to this version were sent. With `ends_initial_list`, the streaming list is
    /// complete.
    Bookmark { version: Option<String>, ends_initial_list: bool },
    /// The server ends the watch with an error.
    Error(ApiStatus),
    /// An event of an unknown type, to be skipped.
    Unknown,
}
