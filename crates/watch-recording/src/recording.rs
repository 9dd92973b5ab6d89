//! A recording that is read.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use crate::entries::Entries;
use crate::error::{Kind, RecordingError};
use crate::file::RecordedFile;
use crate::header::Header;
use crate::header::line::HeaderFault;
use crate::input::chunks;
use crate::input::lines::Lines;
use crate::line::SnapshotPlace;
use crate::places;
use crate::state::State;

/// A recording. It is read up to its last whole line, also while a recorder writes it.
#[derive(Debug)]
pub struct Recording {
    file: RecordedFile,
    header: Header,
    range: (Timestamp, Timestamp),
    snapshots: Vec<SnapshotPlace>,
}

/// How to open a recording.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct OpenOptions {
    /// Whether lines that are damaged are skipped, each with a warning in the log. Else they are errors.
    pub skip_damaged: bool,
}

impl OpenOptions {
    /// Sets whether lines that are damaged are skipped.
    pub fn skip_damaged(mut self, skip: bool) -> Self {
        self.skip_damaged = skip;
        self
    }
}

impl Recording {
    /// Opens a recording and reads its header.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no recording, or has a newer major version of the format.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        Self::open_with(path, OpenOptions::default())
    }

    /// Opens a recording and reads its header.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: OpenOptions) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        let opened = File::open(path).and_then(|mut file| chunks::is_compressed(&mut file));
        let is_compressed = opened.map_err(RecordingError::io(path, "open"))?;
        let fault = |kind| RecordingError::new(path, kind);
        let mut lines = Lines::open(path, is_compressed, (0, 1), None)?;
        let Some(first) = lines.next_line() else {
            return Err(fault(Kind::NotARecording("it has no first line".to_owned())));
        };
        let header = Header::parse(&first?.1).map_err(|reason| match reason {
            HeaderFault::NoHeader(reason) => fault(Kind::NotARecording(reason)),
            HeaderFault::Newer(version) => fault(Kind::Newer { version }),
        })?;
        let sources = header.resources.iter().map(|recorded| {
            let source: Arc<str> = recorded.source.as_str().into();
            (recorded.source.clone(), (source, recorded.resource.clone()))
        });
        let file = RecordedFile {
            path: path.to_owned(),
            is_compressed,
            skipped: options.skip_damaged.then(Arc::default),
            sources: Arc::new(sources.collect()),
        };
        let last = places::last_time(path, is_compressed)?.unwrap_or(header.started);
        let range = (header.started, last.max(header.started));
        Ok(Self { range, snapshots: places::snapshots(path, is_compressed)?, file, header })
    }

    pub(crate) fn file(&self) -> &RecordedFile {
        &self.file
    }

    /// Returns what the recording is of.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the path that it was opened with.
    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// Returns how many damaged lines, or frames of a compressed recording, were skipped so far, by whatever has read it. A
    /// place that was read twice counts twice.
    pub fn skipped(&self) -> u64 {
        self.file.skipped.as_ref().map_or(0, |skipped| skipped.load(Ordering::Relaxed))
    }

    /// Returns when the recording begins, and the time of its last line when it was opened.
    pub fn range(&self) -> (Timestamp, Timestamp) {
        self.range
    }

    /// Returns the lines from the beginning on. In a later file of a split recording, the objects that existed when it
    /// began come first, as if they had just been listed.
    ///
    /// An item is an error if the file cannot be read or is damaged; it is the last item. With
    /// [`skip_damaged`](OpenOptions::skip_damaged), damage is no error.
    pub fn entries(&self) -> Entries {
        Entries::new(self.file.clone(), (0, 1), None)
    }

    /// Returns the lines from a time on, without reading all that is before. The state at that time is not among them:
    /// see [`state_at`](Self::state_at).
    pub fn entries_from(&self, time: Timestamp) -> Entries {
        // Lines with the same time may stand before the snapshot.
        let place = self.snapshots.iter().rev().find(|snapshot| snapshot.time < time);
        let place = place.map_or((0, 1), |place| (place.offset, place.line));
        Entries::new(self.file.clone(), place, Some(time))
    }

    /// Returns each object as it was at a time: after the last event at or before it. Before the recording began, there
    /// is none; after its end, the state is that of its end.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is damaged between the snapshot before that time and the time.
    pub fn state_at(&self, time: Timestamp) -> Result<State, RecordingError> {
        let before = self.snapshots.iter().rev().filter(|snapshot| snapshot.time <= time);
        for place in before {
            let place = (place.offset, place.line);
            if let Some(state) = State::read(&self.file, place, time)? {
                return Ok(state);
            }
        }
        let state = State::read(&self.file, (0, 1), time)?;
        Ok(state.unwrap_or_else(|| State::new(&self.file.sources, time)))
    }
}
