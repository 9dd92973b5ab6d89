//! The steps that the machine asks its driver to perform.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use serde::de::Error as _;
use watchable_core::protobuf::Envelope;
use watchable_core::{ResourceInfo, WatchItem, json};

use crate::envelope;
use crate::error::{Kind, WatchError};
use crate::event::{EventType, Origin};
use crate::identity::Identity;
use crate::raw_object::{Form, RawObject};
use crate::status::Cause;

/// What the driver does next.
pub enum Step {
    /// Send this request, and report the head of the response or the failure.
    Send(OutgoingRequest),
    /// Wait until the response or the sleep makes progress. If the deadline passes first, report
    /// that.
    Wait(Option<Instant>),
    /// Drop the connection, sleep, then report that the sleep is over.
    Sleep(Duration),
    /// Deliver this object.
    Deliver(Delivery),
    /// Drop the connection. The stream is over.
    End(Option<WatchError>),
}

/// A request to send.
#[derive(Debug)]
pub struct OutgoingRequest {
    /// The request. Its URI is a path and query; the transport adds the server's address.
    pub request: Request<()>,
    /// What it is for.
    pub purpose: Purpose,
    /// Why the request is a restart, if it is one.
    pub cause: Option<Cause>,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A watch.
    Watch,
    /// A watch that begins with the initial list (`sendInitialEvents`).
    StreamingList,
    /// A page of a list.
    List,
    /// A list of one object, for its resource version.
    VersionProbe,
}

impl Purpose {
    /// Returns the name used in logs.
    pub const fn as_str(self) -> &'static str {
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
pub struct Delivery {
    /// What happened.
    pub etype: EventType,
    /// How the event came about.
    pub origin: Origin,
    /// The object.
    pub object: RawObject,
    /// Its identity, and the resource version.
    pub identity: Identity,
}

impl Delivery {
    /// Decodes the object, without its `metadata.managedFields` if those are to be dropped.
    ///
    /// # Errors
    ///
    /// Fails if the object is not one of the type, or has no name.
    pub fn decode<T: WatchItem>(&self, drops_managed_fields: bool) -> Result<T, json::Error> {
        let decoded = match self.object.form {
            Form::Json | Form::Row => decode_json(&self.object.bytes, drops_managed_fields),
            Form::Envelope => Envelope::open(&self.object.bytes)
                .and_then(|envelope| T::from_protobuf(&envelope, drops_managed_fields)),
            Form::Message => {
                let envelope = Envelope { message: &self.object.bytes, ..Envelope::default() };
                T::from_protobuf(&envelope, drops_managed_fields)
            }
        };
        if self.identity.is_named() {
            decoded
        } else {
            // It could not be compared with what was delivered.
            decoded.and_then(|_| Err(json::Error::custom("metadata.name is absent")))
        }
    }

    /// Returns the error of an object that did not [decode](Self::decode), with the object's name.
    pub fn undecodable(&self, resource: &ResourceInfo, source: json::Error) -> WatchError {
        let object = format!("the {} {}", self.etype, self.identity);
        let kind = Kind::Decode { object, source: source.into() };
        WatchError::new(format!("watching {resource}"), kind)
    }
}

fn decode_json<T: WatchItem>(object: &Bytes, drops_managed_fields: bool) -> Result<T, json::Error> {
    let decode = |object: &Bytes| T::from_json(object, drops_managed_fields);
    let decoded = decode(object);
    if decoded.is_err()
        && let Some(object) = envelope::json::without_trailer(object)
    {
        return decode(&object);
    }
    decoded
}
