//! What the machine asks of its driver.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use watchable_core::{WatchItem, json};

use crate::protocol::envelope;
use crate::protocol::error::WatchError;
use crate::protocol::event::{EventType, Origin};
use crate::protocol::identity::Identity;
use crate::protocol::status::Cause;

/// What the driver is to do next.
pub(crate) enum Step {
    /// Send this request; report its answer's head, or the failure.
    Send(OutgoingRequest),
    /// Nothing until the exchange or the sleep under way has something to report; if nothing has come
    /// of it by then, report that.
    Wait(Option<Instant>),
    /// Drop any exchange, sleep, then report that it is over.
    Sleep(Duration),
    /// Deliver this object.
    Deliver(Delivery),
    /// Drop any exchange; the stream is over.
    End(Option<WatchError>),
}

/// A request, and what it is for.
#[derive(Debug)]
pub(crate) struct OutgoingRequest {
    pub(crate) request: Request<()>,
    pub(crate) purpose: Purpose,
    /// Why it is a restart, where it is one.
    pub(crate) cause: Option<Cause>,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Watch,
    /// A watch that begins with the state.
    StreamingList,
    /// A page of the state.
    List,
    /// Which version the server has reached.
    VersionProbe,
}

impl Purpose {
    /// As logs name it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::StreamingList => "streaming list",
            Self::List => "list",
            Self::VersionProbe => "version probe",
        }
    }
}

/// An object to deliver, not yet decoded.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) etype: EventType,
    pub(crate) origin: Origin,
    pub(crate) object: Bytes,
    pub(crate) identity: Identity,
}

impl Delivery {
    /// Decodes the object, if need be without its `metadata.managedFields`.
    pub(crate) fn decode<T: WatchItem>(
        &self,
        drops_managed_fields: bool,
    ) -> Result<T, json::Error> {
        let decode = |object: &Bytes| {
            if drops_managed_fields {
                json::without_managed_fields(object)
            } else {
                json::from_slice(object)
            }
        };
        let decoded = decode(&self.object);
        if decoded.is_err()
            && let Some(object) = envelope::without_trailer(&self.object)
        {
            return decode(&object);
        }
        decoded
    }
}
