//! What a recording has recorded last: each object's version, and how far each source is.

use std::collections::HashMap;

use jiff::Timestamp;
use watch_protocol::identity::Identity;
use watch_runtime::{EventType, Origin};

use crate::error::RecordingError;
use crate::file::RecordedFile;
use crate::line::{Line, LineKind, PositionLine, SnapshotPlace};
use crate::writer::Resumed;

/// The end of a recording.
#[derive(Debug)]
pub(crate) struct EndState {
    pub(crate) sources: HashMap<String, SourceEnd>,
    /// Where the writer goes on.
    pub(crate) resumed: Resumed,
}

/// What was recorded last of a source.
#[derive(Debug, Default)]
pub(crate) struct SourceEnd {
    pub(crate) position: PositionLine,
    /// When its last line was written.
    pub(crate) time: Option<Timestamp>,
    pub(crate) objects: HashMap<(String, String), LastObject>,
}

/// An object that was not deleted.
#[derive(Debug)]
pub(crate) struct LastObject {
    pub(crate) identity: Identity,
    /// The source's count of rollbacks when it was recorded.
    pub(crate) rollbacks: u32,
    /// Its number among the objects since the last snapshot.
    pub(crate) number: u64,
    /// The length of its JSON.
    pub(crate) len: u64,
}

impl EndState {
    /// Reads the end of a file, from its last complete snapshot on.
    pub(crate) fn read(
        file: &RecordedFile,
        snapshots: &[SnapshotPlace],
        started: Timestamp,
    ) -> Result<Self, RecordingError> {
        for (index, place) in snapshots.iter().enumerate().rev() {
            let before = &snapshots[..=index];
            let mut reading = Reading::new(file, before, place.time, (place.offset, place.line));
            if reading.run(file, (place.offset, place.line))? {
                return Ok(reading.end);
            }
        }
        let mut reading = Reading::new(file, &[], started, (0, 1));
        reading.run(file, (0, 1))?;
        Ok(reading.end)
    }
}

struct Reading {
    end: EndState,
    /// Whether objects of snapshots are new.
    begins: bool,
    is_complete: bool,
}

impl Reading {
    fn new(
        file: &RecordedFile,
        snapshots: &[SnapshotPlace],
        time: Timestamp,
        (offset, line): (u64, u64),
    ) -> Self {
        let sources = file.sources.keys().map(|name| (name.clone(), SourceEnd::default()));
        let resumed = Resumed {
            line,
            objects: 0,
            last_time: time,
            snapshots: snapshots.to_vec(),
            snapshot_objects: 0,
            since_snapshot: 0,
        };
        let end = EndState { sources: sources.collect(), resumed };
        Self { end, begins: true, is_complete: offset == 0 }
    }

    /// Returns whether the snapshot at the beginning is complete.
    fn run(&mut self, file: &RecordedFile, place: (u64, u64)) -> Result<bool, RecordingError> {
        let mut lines = file.lines(place)?;
        while let Some(line) = lines.next_line() {
            let (place, bytes) = line?;
            self.end.resumed.line = place.line + 1;
            self.end.resumed.since_snapshot += bytes.len() as u64 + 1;
            let taken = Line::parse(&bytes).and_then(|line| self.take(line));
            if let Err(reason) = taken
                && let Some(error) = lines.damaged(place, reason)
            {
                return Err(error);
            }
        }
        Ok(self.is_complete)
    }

    fn take(&mut self, line: Line) -> Result<(), String> {
        let resumed = &mut self.end.resumed;
        if line.what != LineKind::Unknown {
            resumed.last_time = resumed.last_time.max(line.time);
        }
        let number = resumed.objects;
        let (etype, origin, object) = match line.what {
            LineKind::SnapshotEnd => {
                self.is_complete = true;
                self.begins = false;
                resumed.since_snapshot = 0;
                return Ok(());
            }
            LineKind::Position(position) => {
                let source = self.source(&line.source)?;
                source.position = position;
                source.time = Some(line.time);
                return Ok(());
            }
            LineKind::Event { etype, object, origin } => {
                resumed.objects += 1;
                self.begins = false;
                (etype, origin, object)
            }
            LineKind::State { object } => {
                resumed.objects += 1;
                if !self.begins {
                    return Ok(());
                }
                (EventType::Added, Origin::Initial, object)
            }
            LineKind::Gap { .. } | LineKind::Header | LineKind::Snapshot(_) | LineKind::Unknown => {
                return Ok(());
            }
        };
        let source = self.source(&line.source)?;
        source.time = Some(line.time);
        let identity = Identity::of_json(&object).map_err(|_| "its object has no name")?;
        if origin == Origin::Live && identity.version.is_some() {
            source.position.version.clone_from(&identity.version);
        }
        source.apply(etype, identity, number, object.len() as u64);
        Ok(())
    }

    fn source(&mut self, name: &str) -> Result<&mut SourceEnd, String> {
        let source = self.end.sources.get_mut(name);
        source.ok_or_else(|| format!("its source {name:?} is not in the header"))
    }
}

impl SourceEnd {
    fn apply(&mut self, etype: EventType, identity: Identity, number: u64, len: u64) {
        let key = (identity.namespace.clone(), identity.name.clone());
        if etype == EventType::Deleted {
            self.objects.remove(&key);
        } else {
            let rollbacks = self.position.rollbacks;
            self.objects.insert(key, LastObject { identity, rollbacks, number, len });
        }
    }
}
