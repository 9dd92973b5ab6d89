//! The events of a recording, decoded.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use watch_protocol::identity::Identity;
use watch_protocol::tombstone;
use watch_runtime::{EventSource, EventType, WatchEvent};
use watchable_core::{
    DynamicTarget, Listed, ResourceInfo, WatchItem as _, WatchTarget, Watchable, Watched, json,
};

use crate::entries::Entries;
use crate::entry::{Entry, EntryKind};
use crate::error::{RecordingError, UndecodableEvent};
use crate::recording::Recording;

/// The events of a recording, as a [`Stream`] of what a watcher's stream yields, and as an iterator; see
/// [`Recording::events`].
///
/// It reads the file when it is polled, and is always ready. For the pace of the recording, replay it.
///
/// An object that does not decode is an error, after which the events go on. Other errors are the last item.
///
/// # Cancel safety
///
/// No event is lost if a future that waits for the next one is dropped.
#[must_use = "streams do nothing unless polled"]
pub struct RecordedEvents<T> {
    entries: Entries,
    path: std::path::PathBuf,
    resource: ResourceInfo,
    /// Each object as it was last, if the type does not decode from what a recording
    /// says of a deletion in a gap.
    last: Option<Objects>,
    target: PhantomData<fn() -> T>,
}

/// Objects by source, namespace and name.
type Objects = HashMap<(Arc<str>, String, String), Bytes>;

impl Recording {
    /// Returns the events of a type's resource, from the beginning: the objects that existed first, with the origin
    /// `Initial`. The event's source is the name in the [`Header`](crate::Header).
    pub fn events<T: Watchable>(&self) -> RecordedEvents<T> {
        self.decoded(<<T::Item as Listed>::Kind as Watched>::resource())
    }

    /// Returns the events of a resource that is chosen at run time: for `DynamicObject`.
    pub fn events_of<T: DynamicTarget>(&self, resource: ResourceInfo) -> RecordedEvents<T> {
        self.decoded(resource)
    }

    fn decoded<T: WatchTarget>(&self, resource: ResourceInfo) -> RecordedEvents<T> {
        let needs_last = !tombstone::decodes::<T::Item>(&resource);
        RecordedEvents {
            entries: self.entries(),
            path: self.path().to_owned(),
            resource,
            last: needs_last.then(HashMap::new),
            target: PhantomData,
        }
    }
}

impl<T: WatchTarget> RecordedEvents<T> {
    fn decode(&mut self, entry: Entry) -> Option<Result<WatchEvent<T::Item>, RecordingError>> {
        let Entry { time, source, resource, what } = entry;
        let EntryKind::Event { etype, origin, object } = what else { return None };
        if resource != self.resource {
            return None;
        }
        let mut text = object.clone();
        if let Some(last) = &mut self.last
            && let Ok(identity) = Identity::of_json(&object)
        {
            let key = (source.clone(), identity.namespace, identity.name);
            if etype == EventType::Deleted {
                let before = last.remove(&key);
                let is_tombstone = json::from_slice::<T::Item>(&object).is_err();
                text = before.filter(|_| is_tombstone).unwrap_or(text);
            } else {
                last.insert(key, Bytes::copy_from_slice(&object));
            }
        }
        let decoded = json::from_slice::<T::Item>(&text).map(|mut obj| {
            obj.fill_type_meta(&resource);
            WatchEvent { etype, obj, origin, source: EventSource::named(&source) }
        });
        Some(decoded.map_err(|error| {
            let event = UndecodableEvent { time, source: &source, etype, object: &object };
            RecordingError::undecodable(&self.path, &event, error)
        }))
    }
}

impl<T: WatchTarget> Iterator for RecordedEvents<T> {
    type Item = Result<WatchEvent<T::Item>, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.entries.next()? {
                Ok(entry) => {
                    if let Some(event) = self.decode(entry) {
                        return Some(event);
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T: WatchTarget> Stream for RecordedEvents<T> {
    type Item = Result<WatchEvent<T::Item>, RecordingError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.next())
    }
}

impl<T> std::fmt::Debug for RecordedEvents<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordedEvents")
            .field("path", &self.path)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}
