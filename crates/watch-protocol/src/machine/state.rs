//! The states of the machine, and the progress of a list.

use std::time::{Duration, Instant};

use bytes::BytesMut;

use crate::error::WatchError;
use crate::event::Origin;
use crate::frame::Frames;
use crate::head::Head;
use crate::list_body::ListBody;
use crate::machine::initial_objects::InitialObjects;
use crate::machine::seen_tokens::SeenTokens;
use crate::status::Cause;
use crate::wire::Wire;

/// The state of the machine. `last_received` is when the newest bytes arrived.
pub(super) enum State {
    /// The next request can be sent.
    Ready,
    /// A list or a watch was requested.
    AwaitingResponse { since: Instant },
    /// A list is being received. `ended` is whether its body has ended.
    Listing { wire: Wire, body: ListBody, last_received: Instant, ended: bool },
    /// Watch events are being received. `ended` is when the body has ended.
    Watching {
        wire: Wire,
        frames: Frames,
        since: Instant,
        last_received: Instant,
        initial: InitialObjects,
        ended: Option<Instant>,
    },
    /// The body of an HTTP error is being received.
    Rejected { head: Head, body: BytesMut, last_received: Instant },
    /// The stream waits before a retry. `reported` is whether the driver has received the step.
    BackingOff { wait: Duration, cause: Cause, reported: bool },
    /// The stream is over. The error, if any, has yet to be returned.
    Ended(Option<WatchError>),
}

/// A list or relist that is in progress or about to start.
#[derive(Debug)]
pub(super) struct Relist {
    pub(super) origin: Origin,
    /// Whether it is a streaming list, not a paged one.
    pub(super) streaming: bool,
    /// The token for the next page.
    pub(super) continue_token: Option<String>,
    /// The tokens that this attempt has received.
    pub(super) seen_tokens: SeenTokens,
    /// Set once the list is complete and only pending deletes are left.
    pub(super) completed: Option<ListVersion>,
    /// How many pages were received, and how many an earlier attempt received.
    pub(super) pages: u32,
    pub(super) pages_before: u32,
    /// How often in a row the next page failed.
    pub(super) page_failures: u32,
    /// How many pages in a row had nothing new.
    pub(super) empty_pages: u32,
    /// How many objects there were after the last page.
    pub(super) known: u64,
    /// How many objects were received.
    pub(super) done: u64,
    /// How many of them belong to other shards.
    pub(super) of_other_shards: u64,
    /// How many objects are left, if the server says.
    pub(super) remaining: Option<u64>,
}

/// The resource version of a complete list. Some servers send lists without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListVersion(pub(crate) Option<String>);
