//! The changes of objects in a recording, each with the object before and after.

mod managers;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use watch_protocol::identity::Identity;
use watch_runtime::{EventType, Origin};
use watchable_core::ResourceInfo;

use crate::entries::Entries;
use crate::entry::{Entry, EntryKind};
use crate::error::RecordingError;
use crate::recording::Recording;

/// Which objects a history is of.
#[derive(Clone, Debug, Default)]
pub struct ObjectFilter {
    /// The only resource.
    resource: Option<ResourceInfo>,
    namespace: Option<String>,
    name: Option<String>,
}

impl ObjectFilter {
    /// All objects.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only objects of this resource.
    pub fn resource(mut self, resource: ResourceInfo) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Only objects in this namespace.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Only objects with this name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    fn has_resource(&self, resource: &ResourceInfo) -> bool {
        self.resource.as_ref().is_none_or(|only| only == resource)
    }

    fn has_object(&self, namespace: &str, name: &str) -> bool {
        self.namespace.as_ref().is_none_or(|only| only == namespace)
            && self.name.as_ref().is_none_or(|only| only == name)
    }
}

/// What happened to the objects of a [`History`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum HistoryEntry {
    /// An object was created, changed or deleted.
    Change(Box<Change>),
    /// Between two times, changes were missed. What had changed then follows.
    Gap {
        /// The name of the source in the [`Header`](crate::Header).
        source: Arc<str>,
        /// When the last event before was received.
        from: Timestamp,
        /// When the gap was repaired.
        to: Timestamp,
    },
}

/// A change of an object.
#[derive(Clone)]
#[non_exhaustive]
pub struct Change {
    /// When the recorder received it.
    pub time: Timestamp,
    /// The name of the source in the [`Header`](crate::Header).
    pub source: Arc<str>,
    /// The resource.
    pub resource: ResourceInfo,
    /// What happened.
    pub etype: EventType,
    /// How the event came about.
    pub origin: Origin,
    /// The namespace; empty if the object is in none.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The object's JSON before; `None` if it was created, or existed when the recording began.
    pub before: Option<Bytes>,
    /// The object's JSON after; `None` if it was deleted.
    pub after: Option<Bytes>,
    /// Who made the change, as far as `metadata.managedFields` tell: the managers whose fields were changed, or of an
    /// object that is new, all of them. Empty if it was deleted: they do not tell who did it.
    pub managers: Vec<String>,
}

/// An iterator of what happened to objects; see [`Recording::history`].
#[derive(Debug)]
pub struct History {
    entries: Entries,
    filter: ObjectFilter,
    /// The objects as they are, by source, namespace and name.
    present: HashMap<(Arc<str>, String, String), Bytes>,
}

impl Recording {
    /// Returns what happened to the objects of a filter, from the beginning or from a time on.
    ///
    /// An item is an error if the file cannot be read or is damaged; it is the last item.
    ///
    /// # Errors
    ///
    /// If the state at that time cannot be read: see [`state_at`](Self::state_at).
    pub fn history(
        &self,
        filter: ObjectFilter,
        since: Option<Timestamp>,
    ) -> Result<History, RecordingError> {
        let mut present = HashMap::new();
        let Some(since) = since else {
            return Ok(History { entries: self.entries(), filter, present });
        };
        // What happened at that time is part of the history.
        let before = since.saturating_sub(jiff::SignedDuration::from_nanos(1));
        let state = self.state_at(before.unwrap_or(Timestamp::MIN))?;
        for object in state.objects() {
            if filter.has_resource(object.resource)
                && filter.has_object(object.namespace, object.name)
            {
                let (namespace, name) = (object.namespace.to_owned(), object.name.to_owned());
                present.insert((object.source.clone(), namespace, name), object.object.clone());
            }
        }
        Ok(History { entries: self.entries_from(since), filter, present })
    }
}

impl History {
    fn take(&mut self, entry: Entry) -> Option<HistoryEntry> {
        let Entry { time, source, resource, what } = entry;
        if !self.filter.has_resource(&resource) {
            return None;
        }
        let (etype, origin, object) = match what {
            EntryKind::Event { etype, origin, object } => (etype, origin, object),
            EntryKind::Gap { from, to } => return Some(HistoryEntry::Gap { source, from, to }),
            EntryKind::Position { .. } => return None,
        };
        let identity = Identity::of_json(&object).ok()?;
        let (namespace, name) = (identity.namespace, identity.name);
        if !self.filter.has_object(&namespace, &name) {
            return None;
        }
        let key = (source.clone(), namespace.clone(), name.clone());
        // Not a slice of the line, which keeps a whole piece of the file in memory.
        let after = (etype != EventType::Deleted).then(|| Bytes::copy_from_slice(&object));
        let before = match &after {
            Some(after) => self.present.insert(key, after.clone()),
            None => self.present.remove(&key),
        };
        let managers = match &after {
            Some(after) => managers::of_change(before.as_deref(), after),
            None => Vec::new(),
        };
        Some(HistoryEntry::Change(Box::new(Change {
            time,
            source,
            resource,
            etype,
            origin,
            namespace,
            name,
            before,
            after,
            managers,
        })))
    }
}

impl Iterator for History {
    type Item = Result<HistoryEntry, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.entries.next()? {
                Ok(entry) => {
                    if let Some(entry) = self.take(entry) {
                        return Some(Ok(entry));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Without the objects, which may be confidential.
impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { time, source, etype, namespace, name, managers, .. } = self;
        f.debug_struct("Change")
            .field("time", time)
            .field("source", source)
            .field("etype", etype)
            .field("namespace", namespace)
            .field("name", name)
            .field("managers", managers)
            .finish_non_exhaustive()
    }
}
