//! Where the protocol stands.

use std::time::{Duration, Instant};

use bytes::BytesMut;

use crate::protocol::error::WatchError;
use crate::protocol::event::Origin;
use crate::protocol::frame::Frames;
use crate::protocol::head::Head;
use crate::protocol::list_body::ListBody;
use crate::protocol::status::Cause;

/// Where the protocol stands. `heard` is when something last came.
pub(super) enum State {
    /// The next request is to be made.
    Ready,
    /// A list or a watch was asked for.
    Asking { since: Instant },
    /// A list is coming in; `ended` is whether its body has.
    Listing { body: ListBody, heard: Instant, ended: bool },
    /// Events are coming in.
    Watching { frames: Frames, since: Instant, heard: Instant },
    /// An HTTP error's body is coming in.
    Refused { head: Head, body: BytesMut, heard: Instant },
    /// The next try waits; `told` is whether the driver knows for how long.
    BackingOff { wait: Duration, cause: Cause, told: bool },
    /// Over, perhaps with an error that has yet to be told.
    Ended(Option<WatchError>),
}

/// A state that is being taken, or is to be.
#[derive(Debug)]
pub(super) struct Taking {
    pub(super) origin: Origin,
    /// As a stream of events, not as a list.
    pub(super) streamed: bool,
    /// The token for a list's next page.
    pub(super) continue_: Option<String>,
    /// The version that the state is at, once all of it has come: then only what the server no
    /// longer has is left to tell.
    pub(super) complete: Option<String>,
    pub(super) done: u64,
    pub(super) remaining: Option<u64>,
}
