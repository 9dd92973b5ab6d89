//! A stream of objects that are not decoded yet, for stores.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::FusedStream;
use watch_protocol::machine::{Delivery, Position};
use watch_protocol::{EventType, WatchError};
use watchable_core::{DynamicObject, ResourceInfo, json};

use crate::stream::watch_stream::WatchStream;

/// The events of a watcher with its objects as they were received, as a [`Stream`](futures::Stream): for a program that
/// keeps the state of what is watched. [`Watcher::raw_events`](crate::Watcher::raw_events) returns it.
///
/// Errors end the stream. Cancel safety, logs and panics are those of [`WatchStream`].
#[must_use = "streams do nothing unless polled"]
pub struct RawEvents(WatchStream<DynamicObject>);

/// An object that is not decoded yet, and what happened to it.
#[derive(Debug)]
pub struct RawEvent {
    /// What happened, and the object.
    pub delivery: Delivery,
    /// The object's namespace and name with a slash between them, shared with the watcher's record of what it has
    /// delivered; `None` if the object is deleted or has no name.
    pub key: Option<Arc<str>>,
}

impl RawEvents {
    /// Any type will do: the machine has been told what to request, and objects are decoded one by one.
    pub(crate) fn new(stream: WatchStream<DynamicObject>) -> Self {
        Self(stream)
    }

    /// Counts an object that the program has decoded. Deletions, for which there is no need to decode, are counted
    /// already.
    pub fn record_decoded(&mut self, delivery: &Delivery) {
        if delivery.etype != EventType::Deleted {
            self.0.record_event(delivery);
        }
    }

    /// Counts and logs an object that the program could not decode, and returns the error that names it.
    pub fn record_undecodable(&mut self, delivery: &Delivery, error: json::Error) -> WatchError {
        self.0.undecodable(delivery, error)
    }

    /// Returns whether the initial list has been delivered completely, up to the last item that was polled.
    pub fn has_synced(&self) -> bool {
        self.0.has_delivered_initial_list()
    }

    /// Returns the resource version that the stream has reached with the last item that was polled, or by a bookmark
    /// since; `None` before the first list is complete.
    pub fn resource_version(&self) -> Option<&str> {
        self.0.machine.version()
    }

    /// Returns how far the stream has come with the last item that was polled, or by a bookmark since: with the objects
    /// that were delivered, what another process needs to
    /// [go on](crate::Watcher::resume_raw_events).
    pub fn position(&self) -> Position {
        self.0.shared.watcher_state().position(self.0.machine.version())
    }

    /// Returns the resource that is watched.
    pub fn resource(&self) -> &ResourceInfo {
        &self.0.resource
    }
}

impl Stream for RawEvents {
    type Item = Result<RawEvent, WatchError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = &mut self.0;
        stream.poll_with(cx, |stream, delivery| {
            if delivery.etype == EventType::Deleted {
                stream.record_event(&delivery);
            }
            let key = stream.machine.shared_key(&delivery.identity);
            Ok(RawEvent { delivery, key })
        })
    }
}

/// Terminated once it has ended, with or without an error, or was stopped.
impl FusedStream for RawEvents {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl fmt::Debug for RawEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawEvents").field(&self.0).finish()
    }
}
