//! The lines of a recording, with their places.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};

use super::chunks::{Chunks, Filled};
use crate::error::{Kind, Place, RecordingError};

/// Reads whole lines. What is cut off at the end of the file is no line.
pub(crate) struct Lines {
    path: PathBuf,
    chunks: Chunks,
    buffer: BytesMut,
    /// How much of the buffer is known to have no end of a line.
    scanned: usize,
    next: Place,
    /// Counts what is damaged and skipped. `None` if damage is an error.
    skipped: Option<Arc<AtomicU64>>,
    is_ended: bool,
}

impl Lines {
    /// Reads from a place on.
    pub(crate) fn open(
        path: &Path,
        is_compressed: bool,
        (offset, line): (u64, u64),
        skipped: Option<Arc<AtomicU64>>,
    ) -> Result<Self, RecordingError> {
        let read = RecordingError::io(path, "read");
        let open = |path| Chunks::new(File::open(path)?, is_compressed, offset);
        Ok(Self {
            path: path.to_owned(),
            chunks: open(path).map_err(read)?,
            buffer: BytesMut::new(),
            scanned: 0,
            next: Place { line, offset, is_frame: is_compressed },
            skipped,
            is_ended: false,
        })
    }

    /// Returns the next line without its end. After an error there is none, unless damage is skipped.
    pub(crate) fn next_line(&mut self) -> Option<Result<(Place, Bytes), RecordingError>> {
        loop {
            if self.is_ended {
                return None;
            }
            if let Some(end) = memchr::memchr(b'\n', &self.buffer[self.scanned..]) {
                let mut line = self.buffer.split_to(self.scanned + end + 1);
                self.scanned = 0;
                let place = self.next;
                self.next.line += 1;
                if !self.next.is_frame {
                    self.next.offset += line.len() as u64;
                }
                line.truncate(line.len() - 1);
                return Some(Ok((place, line.freeze())));
            }
            self.scanned = self.buffer.len();
            if let Err(error) = self.fill() {
                self.is_ended = true;
                return Some(Err(error));
            }
        }
    }

    /// Returns the error of a damaged line, or `None` if damage is skipped.
    pub(crate) fn damaged(&mut self, place: Place, reason: String) -> Option<RecordingError> {
        if let Some(skipped) = &self.skipped {
            skipped.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(path = %self.path.display(), %place, reason, "skipped a damaged line");
            return None;
        }
        self.is_ended = true;
        Some(RecordingError::new(&self.path, Kind::Damaged(place, reason)))
    }

    /// Reads more text. Ends if there is none.
    fn fill(&mut self) -> Result<(), RecordingError> {
        let read = |path: &Path| RecordingError::io(path, "read");
        let filled = self.chunks.fill(&mut self.buffer).map_err(read(&self.path))?;
        if let Some(frame) = self.chunks.frame() {
            self.next.offset = frame;
        }
        match filled {
            Filled::Text => {}
            Filled::End => self.is_ended = true,
            Filled::Damaged(reason) => {
                if let Some(error) = self.damaged(self.next, reason) {
                    return Err(error);
                }
                self.buffer.clear();
                self.scanned = 0;
                self.is_ended = !self.chunks.resync().map_err(read(&self.path))?;
            }
        }
        Ok(())
    }
}
