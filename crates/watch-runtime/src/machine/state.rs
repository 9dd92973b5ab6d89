//! Where the protocol stands, and what it asks of its driver.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::Request;

use crate::envelope::Identity;
use crate::frame::Frames;
use crate::transport::Head;
use crate::{EventType, Origin, WatchError};

/// Where the protocol stands.
pub(super) enum State {
    /// The next request is to be made.
    Ready,
    /// A list or a watch was asked for.
    Asking,
    /// A list's body is coming in.
    ListBody(BytesMut),
    /// A page is being delivered; then comes the next one, or a watch from the list's version.
    Items(VecDeque<Bytes>),
    /// Events are coming in.
    Watching { frames: Frames, since: Instant },
    /// An HTTP error's body is coming in.
    Refused { head: Head, body: BytesMut },
    /// The next try waits; `told` is whether the driver knows for how long.
    BackingOff { wait: Duration, told: bool },
    /// Over, perhaps with an error that has yet to be told.
    Ended(Option<WatchError>),
}

/// What the driver is to do next.
pub(crate) enum Step {
    /// Send this request; report its answer's head, or the failure.
    Send(Request<()>),
    /// Nothing until the exchange or the sleep under way has something to report.
    Wait,
    /// Drop any exchange, sleep, then report that it is over.
    Sleep(Duration),
    /// Deliver this object.
    Deliver(Delivery),
    /// Drop any exchange; the stream is over.
    End(Option<WatchError>),
}

/// An object to deliver, not yet decoded.
pub(crate) struct Delivery {
    pub(crate) etype: EventType,
    pub(crate) origin: Origin,
    pub(crate) object: Bytes,
    pub(crate) identity: Identity,
}
