//! What a watch tells: an object, and what happened to it.

use std::fmt;
use std::sync::Arc;

/// One event of a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchEvent<T> {
    /// What happened.
    pub etype: EventType,
    /// The object: after the change, or as it last was when it was deleted.
    pub obj: T,
    /// How the event came about.
    pub origin: Origin,
    /// Which watcher told it, in a stream of several; nameless in the stream of one.
    pub source: EventSource,
}

/// The name of a watcher in a [`MultiplexingWatcher`](crate::MultiplexingWatcher): the one that it was
/// added with, else its resource, such as `pods/v1`. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventSource(Option<Arc<str>>);

impl EventSource {
    pub(crate) fn named(name: &str) -> Self {
        Self(Some(name.into()))
    }

    /// The name; empty where there is none.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl fmt::Display for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// As the name's own, which stands for it where a map is asked.
impl std::hash::Hash for EventSource {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// So that what goes by source is found by name.
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

/// What happened to an object. Displays as the API writes it: `ADDED`, `MODIFIED`, `DELETED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventType {
    /// The object was created, or was there when the watch began.
    Added,
    /// The object was changed.
    Modified,
    /// The object was deleted, or no longer fits the selectors.
    Deleted,
}

impl EventType {
    /// The type as the API writes it.
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
    /// Part of the state that was there when a managed stream began.
    Initial,
    /// Found by comparing the server's state with what was delivered, after the server could no
    /// longer tell the events in between. Several changes of an object in that time are one event.
    ///
    /// Of an object that was deleted in that time the last state is not known: its `DELETED` carries
    /// `apiVersion`, `kind` and, in the metadata, name, namespace, uid and the version that was last
    /// delivered; nothing else. A type of your own that insists on more, because it has required fields,
    /// would not decode then: of such a type the watcher keeps every object's JSON, and the `DELETED`
    /// carries the object as it was last delivered. Where memory counts, let the fields have a default.
    Repair,
    /// Told by the server's watch. In an unmanaged stream every event is: the server does not say
    /// which of its ADDED events are old news.
    Live,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_found_by_its_name() {
        let source = EventSource::named("eu");
        let map = std::collections::HashMap::from([(source.clone(), 1)]);
        assert_eq!(map.get("eu"), Some(&1));
        assert_eq!(std::collections::BTreeMap::from([(source, 1)]).get("eu"), Some(&1));
    }

    #[test]
    fn types_read_and_print_as_on_the_wire() {
        for etype in [EventType::Added, EventType::Modified, EventType::Deleted] {
            assert_eq!(EventType::from_wire(&etype.to_string()), Some(etype));
        }
        assert_eq!(EventType::from_wire("BOOKMARK"), None);
        assert_eq!(format!("{:<9}|", EventType::Added), "ADDED    |");
    }
}
