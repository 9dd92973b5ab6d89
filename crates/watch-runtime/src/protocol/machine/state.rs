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
    AwaitingResponse { since: Instant },
    /// A list is coming in; `ended` is whether its body has.
    Listing { body: ListBody, last_received: Instant, ended: bool },
    /// Events are coming in.
    Watching { frames: Frames, since: Instant, last_received: Instant },
    /// An HTTP error's body is coming in.
    Rejected { head: Head, body: BytesMut, last_received: Instant },
    /// The next try waits; `told` is whether the driver knows for how long.
    BackingOff { wait: Duration, cause: Cause, reported: bool },
    /// Over, perhaps with an error that has yet to be told.
    Ended(Option<WatchError>),
}

/// A state that is being taken, or is to be.
#[derive(Debug)]
pub(super) struct Relist {
    pub(super) origin: Origin,
    /// As a stream of events, not as a list.
    pub(super) streaming: bool,
    /// The token for a list's next page.
    pub(super) continue_token: Option<String>,
    /// The version that the state is at, once all of it has come: then only what the server no
    /// longer has is left to tell.
    pub(super) completed_at: Option<String>,
    pub(super) done: u64,
    pub(super) remaining: Option<u64>,
}
