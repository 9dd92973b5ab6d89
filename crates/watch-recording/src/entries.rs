//! The lines of a recording, one after the other.

use jiff::Timestamp;
use watch_runtime::{EventType, Origin};

use crate::entry::{Entry, EntryKind};
use crate::error::RecordingError;
use crate::file::RecordedFile;
use crate::input::lines::Lines;
use crate::line::{Line, LineKind};

/// How long after the first line of a recording the first lists of its sources are waited for. Those that take longer are
/// shown when they were complete.
#[cfg(any(feature = "replay", feature = "kwok"))]
pub(crate) const FIRST_LISTS: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

/// An iterator of the lines of a recording; see [`Recording::entries`](crate::Recording::entries).
pub struct Entries {
    file: RecordedFile,
    place: (u64, u64),
    from: Option<Timestamp>,
    lines: Option<Lines>,
    /// Whether an object in a snapshot is new to the reader: no event came before.
    begins: bool,
}

impl Entries {
    pub(crate) fn new(file: RecordedFile, place: (u64, u64), from: Option<Timestamp>) -> Self {
        Self { file, place, from, lines: None, begins: place.0 == 0 }
    }

    /// Returns what a line says, or `None` if it says nothing to readers.
    fn entry(&mut self, line: Line) -> Result<Option<Entry>, String> {
        let what = match line.what {
            LineKind::Event { etype, origin, object } => {
                self.begins = false;
                EntryKind::Event { etype, origin, object }
            }
            LineKind::State { object } if self.begins => {
                EntryKind::Event { etype: EventType::Added, origin: Origin::Initial, object }
            }
            LineKind::Position(position) => EntryKind::Position {
                version: position.version.unwrap_or_default(),
                synced: position.synced,
            },
            LineKind::Gap { from, to } => EntryKind::Gap { from, to },
            LineKind::SnapshotEnd => {
                self.begins = false;
                return Ok(None);
            }
            LineKind::State { .. }
            | LineKind::Header
            | LineKind::Snapshot(_)
            | LineKind::Unknown => return Ok(None),
        };
        if self.from.is_some_and(|from| line.time < from) {
            return Ok(None);
        }
        let Some((source, resource)) = self.file.sources.get(line.source.as_str()) else {
            return Err(format!("its source {:?} is not in the header", line.source));
        };
        let (source, resource) = (source.clone(), resource.clone());
        Ok(Some(Entry { time: line.time, source, resource, what }))
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.lines.is_none() {
            match self.file.lines(self.place) {
                Ok(lines) => self.lines = Some(lines),
                Err(error) => {
                    // The next call tries again: a missing file may have come back.
                    return Some(Err(error));
                }
            }
        }
        loop {
            let (place, bytes) = match self.lines.as_mut()?.next_line()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            let reason = match Line::parse(&bytes).and_then(|line| self.entry(line)) {
                Ok(Some(entry)) => return Some(Ok(entry)),
                Ok(None) => continue,
                Err(reason) => reason,
            };
            if let Some(error) = self.lines.as_mut()?.damaged(place, reason) {
                return Some(Err(error));
            }
        }
    }
}

impl std::fmt::Debug for Entries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entries").field("path", &self.file.path).finish_non_exhaustive()
    }
}
