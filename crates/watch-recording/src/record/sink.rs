//! Turns what sources receive into lines, snapshots and files.

use std::fs;
use std::path::PathBuf;

use watch_runtime::{EventType, Origin};

use super::parts;
use super::progress::{Progress, Received, ReceivedEvent, Recorded};
use super::snapshot;
use crate::error::RecordingError;
use crate::header::Header;
use crate::line::PositionLine;
use crate::writer::Writer;

/// After how many lines a recording is flushed to the disk, if a second is longer.
const SYNC_LINES: u32 = 1_000;
/// How much text comes between two snapshots at least, and how many times the state. So they are a fifth of a
/// recording at most, and a quarter of a second's reading apart.
const SNAPSHOT_TEXT: u64 = 128 << 20;
const SNAPSHOT_STATES: u64 = 4;

/// Writes a recording.
#[derive(Debug)]
pub(super) struct Sink {
    pub(super) path: PathBuf,
    pub(super) header: Header,
    pub(super) writer: Writer,
    pub(super) sources: Vec<Progress>,
    pub(super) limits: Limits,
    pub(super) written: Summary,
    /// The length of all objects' JSON.
    state_len: u64,
    unsynced: u32,
}

/// When a recording goes on in a new file, and how many are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_size: Option<u64>,
    pub(super) keep: Option<u64>,
    pub(super) snapshot_text: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_size: None, keep: None, snapshot_text: SNAPSHOT_TEXT }
    }
}

/// What a recorder has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The number of events.
    pub events: u64,
    /// The number of gaps that were repaired.
    pub gaps: u64,
    /// The number of objects that exist.
    pub objects: u64,
    /// The paths of fields to redact at which no object had a field.
    pub unmatched: Vec<String>,
}

impl Sink {
    pub(super) fn new(
        path: PathBuf,
        header: Header,
        writer: Writer,
        sources: Vec<Progress>,
        limits: Limits,
    ) -> Self {
        let objects = sources.iter().flat_map(|source| source.objects.values());
        let state_len = objects.map(|object| object.len).sum();
        let written = Summary::default();
        Self { path, header, writer, sources, limits, written, state_len, unsynced: 0 }
    }

    /// Writes what a source has received.
    pub(super) fn take(&mut self, received: Received) -> Result<(), RecordingError> {
        let Received { source, time, position, event } = received;
        let is_repair = event.as_ref().is_some_and(|event| event.origin == Origin::Repair);
        self.gap(source, is_repair, &position, time)?;
        let Self { writer, sources, .. } = self;
        let progress = &mut sources[source];
        if let Some(event) = event {
            // If only one of both lines is written before a crash, it is this one.
            if loses_trust(&position, &progress.position) {
                let version = progress.position.version.clone();
                let worse = PositionLine { version, ..position.clone() };
                writer.position(time, &progress.name, &worse)?;
                progress.position = worse;
            }
            progress.position = progress.position_after(&event);
            progress.time = Some(time);
            self.event(source, time, event)?;
        }
        let Self { writer, sources, .. } = self;
        let progress = &mut sources[source];
        if position != progress.position {
            writer.position(time, &progress.name, &position)?;
            progress.position = position;
        }
        progress.time = Some(time);
        self.unsynced += 1;
        if self.unsynced >= SYNC_LINES {
            self.sync()?;
        }
        self.snapshot_or_rotate()
    }

    /// Marks a gap before what was found by its repair, or after a repair that found nothing.
    fn gap(
        &mut self,
        source: usize,
        is_repair: bool,
        position: &PositionLine,
        time: jiff::Timestamp,
    ) -> Result<(), RecordingError> {
        let progress = &mut self.sources[source];
        let before = &progress.position;
        let ends_relist = before.needs_relist && before.synced && !position.needs_relist;
        if (is_repair || ends_relist) && !progress.gap_has_line {
            let from = progress.time.unwrap_or(self.header.started);
            self.writer.gap(&progress.name, from, time)?;
            self.written.gaps += 1;
        }
        // The deletions that a list shows come when it is complete.
        progress.gap_has_line = is_repair;
        Ok(())
    }

    fn event(
        &mut self,
        source: usize,
        time: jiff::Timestamp,
        event: ReceivedEvent,
    ) -> Result<(), RecordingError> {
        let progress = &mut self.sources[source];
        let what = (event.etype, event.origin);
        let object = event.object.as_bytes();
        let number = self.writer.event(time, &progress.name, what, object)?;
        self.written.events += 1;
        let len = object.len() as u64;
        let before = if event.etype == EventType::Deleted {
            progress.objects.remove(&event.key)
        } else {
            self.state_len += len;
            progress.objects.insert(event.key, Recorded { number, len })
        };
        self.state_len -= before.map_or(0, |before| before.len);
        Ok(())
    }

    /// Waits until all is on the disk.
    pub(super) fn sync(&mut self) -> Result<(), RecordingError> {
        if self.unsynced > 0 {
            self.unsynced = 0;
            self.writer.sync()?;
        }
        Ok(())
    }

    /// Ends the recording.
    pub(super) fn finish(&mut self) -> Result<Summary, RecordingError> {
        self.writer.finish()?;
        let objects = self.sources.iter().map(|source| source.objects.len() as u64).sum();
        Ok(Summary { objects, ..std::mem::take(&mut self.written) })
    }

    fn snapshot_or_rotate(&mut self) -> Result<(), RecordingError> {
        // A snapshot does not tell which versions are trusted.
        if self.sources.iter().any(|source| source.position.untrusted) {
            return Ok(());
        }
        let since = self.writer.since_snapshot();
        let is_full = self.limits.max_size.is_some_and(|max| self.writer.len() >= max);
        // A file is not full as soon as it has the state.
        if is_full && since >= self.state_len {
            self.rotate()
        } else if since >= self.limits.snapshot_text.max(SNAPSHOT_STATES * self.state_len) {
            snapshot::write(&mut self.writer, &mut self.sources)
        } else {
            Ok(())
        }
    }

    /// Goes on in a new file, which begins with the state.
    fn rotate(&mut self) -> Result<(), RecordingError> {
        let io = |action| RecordingError::io(&self.path, action);
        let last = self.header.part;
        let mut header = self.header.clone();
        header.part += 1;
        header.started = self.writer.last_time();
        let unfinished = parts::unfinished(&self.path);
        let mut writer = Writer::create(&unfinished, self.writer.is_compressed(), &header)?;
        snapshot::write_into(&mut writer, &mut self.writer, &mut self.sources)?;
        writer.finish()?;
        self.writer.finish()?;
        fs::rename(&self.path, parts::earlier(&self.path, last)).map_err(io("rename"))?;
        fs::rename(&unfinished, &self.path).map_err(io("rename"))?;
        writer.set_path(&self.path);
        self.writer = writer;
        self.header = header;
        if let Some(keep) = self.limits.keep {
            for (part, path) in parts::existing(&self.path).map_err(io("list the files of"))? {
                if part + keep <= self.header.part {
                    fs::remove_file(path).map_err(io("remove an old file of"))?;
                }
            }
        }
        parts::sync_folder(&self.path).map_err(io("write"))
    }
}

/// Whether a reader of a position that stopped before this one would trust too much.
fn loses_trust(position: &PositionLine, before: &PositionLine) -> bool {
    (position.needs_relist && !before.needs_relist)
        || (position.untrusted && !before.untrusted)
        || position.rollbacks != before.rollbacks
}
