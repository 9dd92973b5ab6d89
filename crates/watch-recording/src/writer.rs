//! Writes the lines of one file of a recording.

mod frame;
mod lock;
mod output;
mod resumed;

use std::fs::{File, OpenOptions};
use std::path::Path;

use jiff::Timestamp;
use watch_runtime::{EventType, Origin};

use crate::error::RecordingError;
use crate::header::Header;
use crate::input::lines::Lines;
use crate::line::{self, PositionLine, SnapshotPlace};
use crate::places::INDEX_MAGIC;
use output::Output;

pub(crate) use lock::lock;
pub(crate) use resumed::Resumed;

/// Writes lines to a file. Nothing is in the file before [`flush`](Self::flush).
pub(crate) struct Writer {
    out: Output,
    /// The number of the next line.
    line: u64,
    /// How many objects, in events and in snapshots, the lines before have.
    objects: u64,
    last_time: Timestamp,
    snapshots: Vec<SnapshotPlace>,
    /// The number of the first object in the last snapshot, or 0.
    snapshot_objects: u64,
    /// The bytes of text since the last snapshot ended, or since the beginning.
    since_snapshot: u64,
}

impl Writer {
    /// Creates a file with a header. It must not exist. With values of Secrets, only the user can read it.
    pub(crate) fn create(
        path: &Path,
        is_compressed: bool,
        header: &Header,
    ) -> Result<Self, RecordingError> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create_new(true);
        #[cfg(unix)]
        if !header.redaction.secrets {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let file = options.open(path);
        let file = file.map_err(RecordingError::io(path, "create"))?;
        lock(path, &file)?;
        let resumed = Resumed::beginning(header.started);
        let mut writer = Self::new(path, file, 0, is_compressed, resumed)?;
        writer.header(header)?;
        Ok(writer)
    }

    /// Goes on in a file of this length that ends with a whole line and a whole frame.
    pub(crate) fn resume(
        path: &Path,
        file: File,
        is_compressed: bool,
        resumed: Resumed,
    ) -> Result<Self, RecordingError> {
        let len = file.metadata().map_err(RecordingError::io(path, "open"))?.len();
        Self::new(path, file, len, is_compressed, resumed)
    }

    fn new(
        path: &Path,
        file: File,
        len: u64,
        is_compressed: bool,
        resumed: Resumed,
    ) -> Result<Self, RecordingError> {
        let Resumed { line, objects, last_time, snapshots, snapshot_objects, since_snapshot } =
            resumed;
        Ok(Self {
            out: Output::new(path, file, len, is_compressed)?,
            line,
            objects,
            last_time,
            snapshots,
            snapshot_objects,
            since_snapshot,
        })
    }

    /// Writes a header: the first line, or one that says that the recording goes on.
    pub(crate) fn header(&mut self, header: &Header) -> Result<(), RecordingError> {
        let mut header = header.clone();
        header.started = self.advance(header.started);
        self.line(|out| write_text(out, &header.to_line()))
    }

    /// Writes an event. Returns the number of its object among all of the file.
    pub(crate) fn event(
        &mut self,
        time: Timestamp,
        source: &str,
        what: (EventType, Origin),
        object: &[u8],
    ) -> Result<u64, RecordingError> {
        let time = self.advance(time);
        self.objects += 1;
        self.line(|out| line::write_event(out, time, source, what, object))?;
        Ok(self.objects - 1)
    }

    pub(crate) fn position(
        &mut self,
        time: Timestamp,
        source: &str,
        position: &PositionLine,
    ) -> Result<(), RecordingError> {
        let time = self.advance(time);
        self.line(|out| line::write_position(out, time, source, position))
    }

    pub(crate) fn gap(
        &mut self,
        source: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(), RecordingError> {
        let to = self.advance(to);
        self.line(|out| line::write_gap(out, source, from.min(to), to))
    }

    /// Begins a snapshot in a frame of its own.
    pub(crate) fn begin_snapshot(&mut self, time: Timestamp) -> Result<(), RecordingError> {
        self.out.end_frame()?;
        let time = self.advance(time);
        self.snapshots.push(SnapshotPlace { time, offset: self.out.len(), line: self.line });
        self.snapshot_objects = self.objects;
        let line = line::snapshot(time, &self.snapshots);
        if self.out.is_compressed() {
            let len = u32::try_from(line.len()).unwrap_or(u32::MAX);
            self.out.append(&INDEX_MAGIC);
            self.out.append(&len.to_le_bytes());
            self.out.append(line.as_bytes());
        }
        self.line(|out| write_text(out, &line))
    }

    /// Writes an object of a snapshot.
    pub(crate) fn state(&mut self, source: &str, object: &[u8]) -> Result<u64, RecordingError> {
        let time = self.last_time;
        self.objects += 1;
        self.line(|out| line::write_state(out, time, source, object))?;
        Ok(self.objects - 1)
    }

    /// Ends a snapshot.
    pub(crate) fn end_snapshot(&mut self) -> Result<(), RecordingError> {
        let time = self.last_time;
        self.line(|out| write_text(out, &line::snapshot_end(time)))?;
        self.out.end_frame()?;
        self.since_snapshot = 0;
        Ok(())
    }

    /// Reads the objects of the file, from the last snapshot on.
    pub(crate) fn objects(&mut self) -> Result<Lines, RecordingError> {
        self.out.end_frame()?;
        self.flush()?;
        let place = self.snapshots.last().map_or((0, 1), |place| (place.offset, place.line));
        Lines::open(self.out.path(), self.out.is_compressed(), place, None)
    }

    /// Returns the number of the first object that [`objects`](Self::objects) reads.
    pub(crate) fn first_object(&self) -> u64 {
        self.snapshot_objects
    }

    /// Returns the length of the file with what is pending.
    pub(crate) fn len(&self) -> u64 {
        self.out.len()
    }

    /// Returns how much text was written since the last snapshot.
    pub(crate) fn since_snapshot(&self) -> u64 {
        self.since_snapshot
    }

    pub(crate) fn last_time(&self) -> Timestamp {
        self.last_time
    }

    pub(crate) fn path(&self) -> &Path {
        self.out.path()
    }

    /// Says that the file was renamed.
    pub(crate) fn set_path(&mut self, path: &Path) {
        self.out.set_path(path);
    }

    pub(crate) fn is_compressed(&self) -> bool {
        self.out.is_compressed()
    }

    /// Hands what is pending to the operating system. Then it is read by others, and outlives this process.
    pub(crate) fn flush(&mut self) -> Result<(), RecordingError> {
        self.out.flush()
    }

    /// Flushes, and waits until it is on the disk. Then it outlives a loss of power.
    pub(crate) fn sync(&mut self) -> Result<(), RecordingError> {
        self.out.sync()
    }

    /// Ends the last frame, and waits until all is on the disk.
    pub(crate) fn finish(&mut self) -> Result<(), RecordingError> {
        self.out.end_frame()?;
        self.sync()
    }

    /// Times never decrease, even if the clock is turned back.
    fn advance(&mut self, time: Timestamp) -> Timestamp {
        self.last_time = self.last_time.max(time);
        self.last_time
    }

    /// Writes a whole line, which a function appends to a buffer.
    fn line(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> Result<(), RecordingError> {
        self.line += 1;
        self.since_snapshot += self.out.line(append)?;
        Ok(())
    }
}

/// Appends a line, and its end.
fn write_text(out: &mut Vec<u8>, line: &str) {
    out.extend_from_slice(line.as_bytes());
    out.push(b'\n');
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { out, line, objects, .. } = self;
        f.debug_struct("Writer")
            .field("path", &out.path())
            .field("len", &out.len())
            .field("line", line)
            .field("objects", objects)
            .finish_non_exhaustive()
    }
}
