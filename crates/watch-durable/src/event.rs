//! An event of a durable stream.

use std::ops::Deref;
use std::time::Duration;

use watch_protocol::WatchEvent;

use crate::event_id::EventId;

/// An event with an identity that is the same after a crash. It dereferences to the [`WatchEvent`].
#[derive(Clone, Debug)]
pub struct DurableEvent<O> {
    pub(crate) event: WatchEvent<O>,
    pub(crate) id: EventId,
    pub(crate) gap: Option<Duration>,
    /// The stream that handed it out, and which event of it this is.
    pub(crate) stream: u64,
    pub(crate) number: u64,
}

/// Which event of its stream an event is: what is left to commit when the event itself was handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventMark {
    pub(crate) stream: u64,
    pub(crate) number: u64,
}

impl<O> DurableEvent<O> {
    /// Returns which event of its stream it is, for [`commit_up_to_mark`](crate::DurableStream::commit_up_to_mark).
    pub fn mark(&self) -> EventMark {
        EventMark { stream: self.stream, number: self.number }
    }

    /// Returns the identity.
    pub fn id(&self) -> &EventId {
        &self.id
    }

    /// Returns how long the stream had not known what happened, if the event was found by a comparison
    /// ([`Origin::Repair`](watch_protocol::Origin::Repair)): since it was last up to date, in this process or in the
    /// one before. The change happened within that time.
    pub fn gap(&self) -> Option<Duration> {
        self.gap
    }

    /// Returns the event without its identity.
    pub fn into_inner(self) -> WatchEvent<O> {
        self.event
    }
}

impl<O> Deref for DurableEvent<O> {
    type Target = WatchEvent<O>;

    fn deref(&self) -> &WatchEvent<O> {
        &self.event
    }
}
