//! The events of a watch: an object, and what happened to it.

use std::fmt;
use std::sync::Arc;

/// One event of a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchEvent<T> {
    /// What happened.
    pub etype: EventType,
    /// The object after the change, or as it last was if it was deleted.
    pub obj: T,
    /// How the event came about.
    pub origin: Origin,
    /// The watcher that delivered it, in a multiplexed stream; otherwise unnamed.
    pub source: EventSource,
}

/// The name of a watcher in a
/// [`MultiplexingWatcher`](../watch_runtime/struct.MultiplexingWatcher.html): the name that it
/// was added with, or its resource, such as `pods/v1`. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventSource(Option<Arc<str>>);

impl EventSource {
    /// Creates the name of a watcher.
    pub fn named(name: &str) -> Self {
        Self(Some(name.into()))
    }

    /// Returns the name; empty if there is none.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl fmt::Display for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The same hash as the name's, as `Borrow<str>` requires.
impl std::hash::Hash for EventSource {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// Lets maps keyed by source be looked up by name.
impl std::borrow::Borrow<str> for EventSource {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for EventSource {
    fn eq(&self, name: &str) -> bool {
        self.as_str() == name
    }
}

impl PartialEq<&str> for EventSource {
    fn eq(&self, name: &&str) -> bool {
        self.as_str() == *name
    }
}

/// The type of an event. Displays as in the API: `ADDED`, `MODIFIED`, `DELETED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventType {
    /// The object was created, or existed when the watch began.
    Added,
    /// The object was changed.
    Modified,
    /// The object was deleted, or no longer matches the selectors.
    Deleted,
}

impl EventType {
    /// Returns the type as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }

    pub(crate) fn from_wire(text: &str) -> Option<Self> {
        [Self::Added, Self::Modified, Self::Deleted].into_iter().find(|t| t.as_str() == text)
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How an event came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// Part of the initial list of a managed stream.
    Initial,
    /// Found by a relist, after the server no longer had the events in between. Several changes of
    /// an object are one event.
    ///
    /// The last state of an object that was deleted in that time is unknown. Its `DELETED` carries
    /// `apiVersion`, `kind` and, in the metadata, name, namespace, uid and the resource version
    /// that was last delivered, and nothing else. A type with further required fields would not
    /// decode from that, so for such a type the watcher stores every object's JSON, and the
    /// `DELETED` carries the object as it was last delivered. To save memory, give the fields
    /// defaults.
    Repair,
    /// Sent by the server's watch. In an unmanaged stream every event is live: the server does not
    /// say which ADDED events are of objects that existed before.
    Live,
}

impl Origin {
    /// Each origin, in the order of declaration.
    pub const ALL: &[Self] = &[Self::Initial, Self::Repair, Self::Live];

    /// Returns the origin as one word, as in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Repair => "repair",
            Self::Live => "live",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn map_keyed_by_source_is_looked_up_by_name() {
        let source = EventSource::named("eu");
        let map = std::collections::HashMap::from([(source.clone(), 1)]);
        assert_eq!(map.get("eu"), Some(&1));
        assert_eq!(std::collections::BTreeMap::from([(source, 1)]).get("eu"), Some(&1));
    }

    #[test]
    fn event_types_round_trip() {
        for etype in [EventType::Added, EventType::Modified, EventType::Deleted] {
            assert_eq!(EventType::from_wire(&etype.to_string()), Some(etype));
        }
        assert_eq!(EventType::from_wire("BOOKMARK"), None);
        assert_eq!(format!("{:<9}|", EventType::Added), "ADDED    |");
    }

    #[test]
    fn all_origins_are_in_the_order_of_declaration() {
        let next = |origin| match origin {
            Origin::Initial => Some(Origin::Repair),
            Origin::Repair => Some(Origin::Live),
            Origin::Live => None,
        };
        let all: Vec<_> = std::iter::successors(Some(Origin::Initial), |o| next(*o)).collect();
        assert_eq!(Origin::ALL, all);
        assert!(all.iter().enumerate().all(|(place, origin)| *origin as usize == place));
    }
}
