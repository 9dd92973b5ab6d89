//! The bytes of a recording's file: pending, compressed, written, synced.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::frame::Frame;
use crate::error::RecordingError;

/// How many bytes may be pending after a line.
const PENDING_LIMIT: usize = 1 << 20;

/// Writes text to a file. Nothing is in the file before [`flush`](Self::flush).
pub(super) struct Output {
    path: PathBuf,
    file: File,
    /// What is not in the file yet.
    pending: Vec<u8>,
    /// A line that is to be compressed; kept for its capacity.
    uncompressed: Vec<u8>,
    /// The length of the file with what is pending.
    len: u64,
    zstd: Option<Frame>,
}

impl Output {
    /// Resumes a file of this length.
    pub(super) fn new(
        path: &Path,
        file: File,
        len: u64,
        is_compressed: bool,
    ) -> Result<Self, RecordingError> {
        let zstd = if is_compressed {
            Some(Frame::new().map_err(RecordingError::io(path, "compress"))?)
        } else {
            None
        };
        let (path, pending, uncompressed) = (path.to_owned(), Vec::new(), Vec::new());
        Ok(Self { path, file, pending, uncompressed, len, zstd })
    }

    /// Writes a whole line, which a function appends to a buffer. Returns its length.
    pub(super) fn line(
        &mut self,
        append: impl FnOnce(&mut Vec<u8>),
    ) -> Result<u64, RecordingError> {
        let len = if self.zstd.is_some() {
            let mut line = std::mem::take(&mut self.uncompressed);
            line.clear();
            append(&mut line);
            self.compress(|frame, out| {
                frame.write(&line, out)?;
                if frame.is_full() { frame.end(out) } else { Ok(()) }
            })?;
            let len = line.len() as u64;
            self.uncompressed = line;
            len
        } else {
            let before = self.pending.len();
            append(&mut self.pending);
            let len = (self.pending.len() - before) as u64;
            self.len += len;
            len
        };
        // What is written ends with a whole line, and a whole block.
        if self.pending.len() >= PENDING_LIMIT {
            self.flush()?;
        }
        Ok(len)
    }

    /// Appends bytes as they are: to a compressed file, between two frames.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        self.len += bytes.len() as u64;
    }

    /// Ends the frame, if the file is compressed.
    pub(super) fn end_frame(&mut self) -> Result<(), RecordingError> {
        self.compress(Frame::end)
    }

    /// Hands what is pending to the operating system. Then it is read by others, and outlives this process.
    pub(super) fn flush(&mut self) -> Result<(), RecordingError> {
        self.compress(Frame::flush)?;
        let written = self.file.write_all(&self.pending);
        written.map_err(RecordingError::io(&self.path, "write"))?;
        self.pending.clear();
        Ok(())
    }

    /// Flushes, and waits until it is on the disk. Then it outlives a loss of power.
    pub(super) fn sync(&mut self) -> Result<(), RecordingError> {
        self.flush()?;
        self.file.sync_data().map_err(RecordingError::io(&self.path, "write"))
    }

    /// Returns the length of the file with what is pending.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn set_path(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.zstd.is_some()
    }

    /// Has something written by the encoder, if the file is compressed.
    fn compress(
        &mut self,
        step: impl FnOnce(&mut Frame, &mut Vec<u8>) -> io::Result<()>,
    ) -> Result<(), RecordingError> {
        let Some(frame) = &mut self.zstd else { return Ok(()) };
        let before = self.pending.len();
        let result = step(frame, &mut self.pending);
        self.len += (self.pending.len() - before) as u64;
        result.map_err(RecordingError::io(&self.path, "compress"))
    }
}
