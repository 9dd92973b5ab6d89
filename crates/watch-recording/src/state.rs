//! The objects of a recording as they were at a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use watch_protocol::identity::Identity;
use watch_runtime::{EventType, Origin};
use watchable_core::ResourceInfo;

use crate::error::RecordingError;
use crate::file::RecordedFile;
use crate::line::{Line, LineKind};

/// Each object as it was at a time, by resource.
#[derive(Clone, Debug)]
pub struct State {
    time: Timestamp,
    sources: BTreeMap<Arc<str>, SourceState>,
}

#[derive(Clone, Debug)]
struct SourceState {
    resource: ResourceInfo,
    version: Option<String>,
    synced: bool,
    /// By namespace and name.
    objects: BTreeMap<(String, String), (Timestamp, Bytes)>,
}

/// An object of a [`State`].
#[derive(Clone)]
#[non_exhaustive]
pub struct StateObject<'a> {
    /// The name of its source in the [`Header`](crate::Header).
    pub source: &'a Arc<str>,
    /// The resource.
    pub resource: &'a ResourceInfo,
    /// The namespace; empty if it is in none.
    pub namespace: &'a str,
    /// The name.
    pub name: &'a str,
    /// When its last event was received, or when the snapshot was taken that the state was read from.
    pub time: Timestamp,
    /// The object's JSON.
    pub object: &'a Bytes,
}

impl State {
    pub(crate) fn new(
        sources: &HashMap<String, (Arc<str>, ResourceInfo)>,
        time: Timestamp,
    ) -> Self {
        let sources = sources.values().map(|(source, resource)| {
            let (resource, objects) = (resource.clone(), BTreeMap::new());
            (source.clone(), SourceState { resource, version: None, synced: false, objects })
        });
        Self { time, sources: sources.collect() }
    }

    /// Reads the state from a place on: the beginning, or a snapshot. Returns `None` if the snapshot is not complete.
    pub(crate) fn read(
        file: &RecordedFile,
        place: (u64, u64),
        time: Timestamp,
    ) -> Result<Option<Self>, RecordingError> {
        let mut state = Self::new(&file.sources, time);
        // Of other snapshots than the one at the beginning, the objects are known already.
        let mut begins = true;
        let mut is_complete = place.0 == 0;
        let mut lines = file.lines(place)?;
        while let Some(line) = lines.next_line() {
            let (place, bytes) = line?;
            let applied = Line::parse(&bytes).and_then(|line| {
                if line.what != LineKind::Unknown && line.time > time {
                    return Ok(false);
                }
                match line.what {
                    LineKind::SnapshotEnd => {
                        is_complete = true;
                        begins = false;
                        Ok(true)
                    }
                    LineKind::State { .. } if !begins => Ok(true),
                    _ => {
                        if matches!(line.what, LineKind::Event { .. }) {
                            begins = false;
                        }
                        state.apply(line)?;
                        Ok(true)
                    }
                }
            });
            match applied {
                Ok(true) => {}
                Ok(false) => break,
                Err(reason) => {
                    if let Some(error) = lines.damaged(place, reason) {
                        return Err(error);
                    }
                }
            }
        }
        Ok(is_complete.then_some(state))
    }

    fn apply(&mut self, line: Line) -> Result<(), String> {
        let (object, etype, origin) = match line.what {
            LineKind::Event { object, etype, origin } => (object, etype, origin),
            LineKind::State { object } => (object, EventType::Added, Origin::Initial),
            LineKind::Position(position) => {
                let source = self.source(&line.source)?;
                source.version = position.version;
                source.synced = position.synced;
                return Ok(());
            }
            _ => return Ok(()),
        };
        let source = self.source(&line.source)?;
        let identity = Identity::of_json(&object).map_err(|_| "its object has no name")?;
        if origin == Origin::Live && identity.version.is_some() {
            source.version = identity.version;
        }
        let key = (identity.namespace, identity.name);
        if etype == EventType::Deleted {
            source.objects.remove(&key);
        } else {
            // Not a slice of the line, which keeps a whole piece of the file in memory.
            source.objects.insert(key, (line.time, Bytes::copy_from_slice(&object)));
        }
        Ok(())
    }

    fn source(&mut self, name: &str) -> Result<&mut SourceState, String> {
        let source = self.sources.get_mut(name);
        source.ok_or_else(|| format!("its source {name:?} is not in the header"))
    }

    /// Returns the time that was asked for.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// Returns all objects, by source, namespace and name.
    pub fn objects(&self) -> impl Iterator<Item = StateObject<'_>> {
        self.sources.iter().flat_map(|(source, SourceState { resource, objects, .. })| {
            objects.iter().map(move |((namespace, name), (time, object))| StateObject {
                source,
                resource,
                namespace,
                name,
                time: *time,
                object,
            })
        })
    }

    /// Returns the number of objects.
    pub fn len(&self) -> usize {
        self.sources.values().map(|source| source.objects.len()).sum()
    }

    /// Returns whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the resource version that a source had reached; `None` before its first list was complete.
    pub fn version(&self, source: &str) -> Option<&str> {
        self.sources.get(source)?.version.as_deref()
    }

    /// Returns whether a source had received all objects that existed when the recording began.
    pub fn has_synced(&self, source: &str) -> bool {
        self.sources.get(source).is_some_and(|source| source.synced)
    }
}

/// Without the object, which may be confidential.
impl std::fmt::Debug for StateObject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { source, namespace, name, time, .. } = self;
        f.debug_struct("StateObject")
            .field("source", source)
            .field("namespace", namespace)
            .field("name", name)
            .field("time", time)
            .finish_non_exhaustive()
    }
}
