//! The sources of a recording, each a watcher on a connection of its own: their lines become changes in order.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use watch_runtime::{EventType, Origin};
use watchable_core::ResourceInfo;

use super::batch::Batch;
use super::change::{Change, What};
use super::error::ReplayerError;
use super::head::{Head, parse_version};
use crate::entries::FIRST_LISTS;
use crate::{Entry, EntryKind, Header, RecordingError, State};

/// How many lines of other sources are kept meanwhile.
const KEPT_LINES: usize = 100_000;

/// The sources of a recording, and how far each of them is.
#[derive(Debug)]
pub(super) struct Sources {
    resources: Vec<ResourceInfo>,
    /// By name; in the header's order.
    places: HashMap<Arc<str>, usize>,
    all: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    name: Arc<str>,
    /// The place of its resource.
    resource: usize,
    has_synced: bool,
    /// The version up to which its changes are known; 0 before the first list.
    position: u64,
    /// What a list has found so far.
    found: Batch,
}

/// The state that a replay begins with.
#[derive(Debug, Default)]
pub(super) struct Start {
    /// The objects of each resource.
    pub(super) objects: Vec<Vec<Bytes>>,
    /// The first lines that come after it.
    pub(super) lines: VecDeque<Entry>,
    pub(super) time: Option<Timestamp>,
}

impl Sources {
    pub(super) fn new(header: &Header) -> Self {
        let (mut resources, mut all) = (Vec::<ResourceInfo>::new(), Vec::new());
        for recorded in &header.resources {
            let path = |of: &ResourceInfo| (of.api_version().into_owned(), of.plural().to_owned());
            let known = resources.iter().position(|known| path(known) == path(&recorded.resource));
            let resource = known.unwrap_or_else(|| {
                resources.push(recorded.resource.clone());
                resources.len() - 1
            });
            let name = recorded.source.as_str().into();
            let found = Batch::default();
            all.push(Source { name, resource, has_synced: false, position: 0, found });
        }
        let places = all.iter().enumerate().map(|(at, source)| (Arc::clone(&source.name), at));
        Self { places: places.collect(), resources, all }
    }

    /// Returns the recorded resources, each once.
    pub(super) fn resources(&self) -> &[ResourceInfo] {
        &self.resources
    }

    /// Returns whether a resource was recorded by several sources, whose changes may have come out of order.
    pub(super) fn has_several(&self, resource: usize) -> bool {
        self.all.iter().filter(|source| source.resource == resource).count() > 1
    }

    /// Returns the version of a resource: the one up to which the changes of all its sources are known.
    pub(super) fn version(&self, resource: usize) -> u64 {
        let of_resource = self.all.iter().filter(|source| source.resource == resource);
        of_resource.filter(|source| source.has_synced).map(|s| s.position).min().unwrap_or(1).max(1)
    }

    /// Reads the first lists of all sources: the state with which the recording begins.
    pub(super) fn start(
        &mut self,
        entries: &mut dyn Iterator<Item = Result<Entry, RecordingError>>,
    ) -> Result<Start, ReplayerError> {
        let objects = self.resources.iter().map(|_| Vec::new()).collect();
        let mut start = Start { objects, ..Start::default() };
        let mut begin = None;
        while !self.all.iter().all(|source| source.has_synced) {
            let Some(entry) = entries.next().transpose()? else { break };
            let first = *begin.get_or_insert(entry.time);
            let is_late = entry.time.duration_since(first) > FIRST_LISTS;
            let Some(source) = self.source(&entry) else { continue };
            if source.has_synced || is_late {
                start.lines.push_back(entry);
                if is_late || start.lines.len() >= KEPT_LINES {
                    break;
                }
                continue;
            }
            match entry.what {
                EntryKind::Event { etype, object, .. } => source.find(etype, object)?,
                EntryKind::Position { version, synced: true } if !version.is_empty() => {
                    source.position = source.parse(&version)?;
                    source.has_synced = true;
                    let found = std::mem::take(&mut source.found);
                    start.objects[source.resource].extend(found.into_objects());
                    start.time.get_or_insert(entry.time);
                }
                EntryKind::Position { .. } | EntryKind::Gap { .. } => {}
            }
        }
        Ok(start)
    }

    /// Goes on from a state of the recording.
    pub(super) fn start_at(&mut self, state: &State) -> Result<Start, ReplayerError> {
        let objects = self.resources.iter().map(|_| Vec::new()).collect();
        let mut start = Start { objects, time: Some(state.time()), ..Start::default() };
        for source in &mut self.all {
            source.has_synced = state.has_synced(&source.name);
            if let Some(version) = state.version(&source.name) {
                source.position = source.parse(version)?;
            }
        }
        for object in state.objects() {
            if let Some(&at) = self.places.get(object.source) {
                start.objects[self.all[at].resource].push(object.object.clone());
            }
        }
        Ok(start)
    }

    /// Adds the changes that a line completes.
    pub(super) fn read(
        &mut self,
        entry: Entry,
        out: &mut VecDeque<Change>,
    ) -> Result<(), ReplayerError> {
        let time = entry.time;
        let Some(source) = self.source(&entry) else { return Ok(()) };
        let resource = source.resource;
        match entry.what {
            EntryKind::Event { etype, origin, object } => {
                if origin != Origin::Live || !source.has_synced {
                    return source.find(etype, object);
                }
                let Head { key, version } = source.head(&object)?;
                source.complete(time, Some(version.saturating_sub(1)), out);
                source.position = source.position.max(version);
                let what = match etype {
                    EventType::Deleted => What::Delete { key, object },
                    _ => What::Put { etype, key, object },
                };
                out.push_back(Change { time, resource, version, what });
            }
            EntryKind::Position { version, synced: true } if !version.is_empty() => {
                let version = source.parse(&version)?;
                // The version from before a list that is not complete yet.
                if version == source.position && !source.found.is_empty() {
                    return Ok(());
                }
                source.has_synced = true;
                if version < source.position {
                    let least = source.found.least_version().unwrap_or(version).min(version);
                    source.position = least.saturating_sub(1);
                    let version = source.position;
                    out.push_back(Change { time, resource, version, what: What::Rewind });
                }
                source.complete(time, Some(version), out);
                source.position = version;
                let version = self.version(resource);
                out.push_back(Change { time, resource, version, what: What::Advance });
            }
            EntryKind::Position { .. } | EntryKind::Gap { .. } => {}
        }
        Ok(())
    }

    /// Adds the changes of lists that the recording has the end of only in part.
    pub(super) fn finish(&mut self, time: Timestamp, out: &mut VecDeque<Change>) {
        for source in &mut self.all {
            source.complete(time, None, out);
        }
    }

    /// The source of a line; lines without one are of a later version of the format.
    fn source(&mut self, entry: &Entry) -> Option<&mut Source> {
        let place = *self.places.get(&entry.source)?;
        self.all.get_mut(place)
    }
}

impl Source {
    fn find(&mut self, etype: EventType, object: Bytes) -> Result<(), ReplayerError> {
        let head = self.head(&object)?;
        self.found.push(etype, head, object);
        Ok(())
    }

    /// Adds the changes that a list has found, which is complete and has a version up to `limit`.
    fn complete(&mut self, time: Timestamp, limit: Option<u64>, out: &mut VecDeque<Change>) {
        if self.found.is_empty() {
            return;
        }
        let resource = self.resource;
        let changes = std::mem::take(&mut self.found).into_changes(self.position, limit);
        if let Some((version, _)) = changes.last() {
            self.position = self.position.max(*version);
        }
        let change = |(version, what)| Change { time, resource, version, what };
        out.extend(changes.into_iter().map(change));
    }

    fn head(&self, object: &Bytes) -> Result<Head, ReplayerError> {
        Head::read(object).map_err(|why| ReplayerError::unordered(&self.name, why))
    }

    fn parse(&self, version: &str) -> Result<u64, ReplayerError> {
        parse_version(version).map_err(|why| ReplayerError::unordered(&self.name, why))
    }
}
