//! Splits the chunks of a body into lines. A chunk may end anywhere, even inside a character.

use bytes::{Bytes, BytesMut};
use serde::de::IgnoredAny;

use crate::frame::json::layout::Layout;

/// The byte order mark.
const BOM: &[u8] = "\u{feff}".as_bytes();
/// Precedes each document of a JSON text sequence (RFC 7464).
const RECORD_SEPARATOR: &[u8] = b"\x1e";

/// Splits a body into lines. A line that lies within one chunk is not copied.
#[derive(Debug)]
pub(crate) struct JsonFrames {
    /// The rest of the newest chunk.
    chunk: Bytes,
    /// The beginning of a line that is incomplete so far.
    pub(super) partial: BytesMut,
    pub(super) layout: Layout,
    limit: usize,
}

/// A line is longer than the limit, in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LineTooLong(pub(crate) usize);

impl JsonFrames {
    pub(crate) fn new(limit: usize) -> Self {
        Self { chunk: Bytes::new(), partial: BytesMut::new(), layout: Layout::default(), limit }
    }

    /// Adds the next chunk. The lines of the previous one must have been taken.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        debug_assert!(self.chunk.is_empty(), "lines are left in the chunk before");
        self.chunk = chunk;
    }

    /// Returns the next complete line that is not blank, without its line ending.
    pub(crate) fn next_line(&mut self) -> Result<Option<Bytes>, LineTooLong> {
        loop {
            let Some(end) = memchr::memchr(b'\n', &self.chunk) else {
                self.check(self.chunk.len())?;
                self.partial.extend_from_slice(&self.chunk);
                // Even an empty slice would keep the connection's buffer alive and unavailable for
                // reuse.
                self.chunk = Bytes::new();
                return Ok(None);
            };
            self.check(end)?;
            let tail = self.chunk.split_to(end);
            let _newline = self.chunk.split_to(1);
            let line = if self.partial.is_empty() {
                tail
            } else {
                self.partial.extend_from_slice(&tail);
                self.partial.split().freeze()
            };
            if !line.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }

    /// Ends the last line: the body has ended as its framing says. Some servers omit the ending of their last line.
    /// Returns whether what follows the last ending is blank or a whole JSON document. Otherwise it is a truncated
    /// line, and is discarded.
    pub(crate) fn end_last_line(&mut self) -> bool {
        if self.partial.trim_ascii().is_empty() {
            self.partial.clear();
            return true;
        }
        self.layout.reset();
        let is_whole = serde_json::from_slice::<IgnoredAny>(without_marks(&self.partial)).is_ok();
        if is_whole {
            self.chunk = Bytes::from_static(b"\n");
        } else {
            self.partial.clear();
        }
        is_whole
    }

    /// Whether nothing was received after the last line that was taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.chunk.is_empty() && self.partial.is_empty() && self.layout.is_empty()
    }

    /// Returns what follows the last line ending. After a disconnect it is a truncated line.
    #[cfg(any(test, feature = "simulation"))]
    pub(crate) fn remainder(&mut self) -> Bytes {
        self.partial.split().freeze()
    }

    fn check(&self, more: usize) -> Result<(), LineTooLong> {
        if self.partial.len() + more > self.limit { Err(LineTooLong(self.limit)) } else { Ok(()) }
    }
}

/// Returns a text without what some servers write before a document: white space, a byte order mark, a record separator.
pub fn without_marks(text: &[u8]) -> &[u8] {
    let mut text = text.trim_ascii_start();
    while let Some(rest) = text.strip_prefix(BOM).or_else(|| text.strip_prefix(RECORD_SEPARATOR)) {
        text = rest.trim_ascii_start();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> (Vec<String>, String) {
        let mut frames = JsonFrames::new(100);
        let mut lines = Vec::new();
        for chunk in chunks {
            frames.push(Bytes::copy_from_slice(chunk));
            while let Some(line) = frames.next_line().unwrap() {
                lines.push(String::from_utf8(line.to_vec()).unwrap());
            }
        }
        (lines, String::from_utf8_lossy(&frames.remainder()).into_owned())
    }

    #[test]
    fn lines_do_not_depend_on_where_chunks_end() {
        let body = "{\"a\":\"c – ✓\"}\n\n{\"b\":1}\r\n{\"trunc".as_bytes();
        for at in 0..=body.len() {
            let (got, rest) = lines(&[&body[..at], &body[at..]]);
            assert_eq!(got, ["{\"a\":\"c – ✓\"}", "{\"b\":1}\r"], "split at {at}");
            assert_eq!(rest, "{\"trunc");
        }
    }

    #[test]
    fn lines_from_single_bytes() {
        let body = b"one\ntwo\n";
        let chunks: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(lines(&chunks).0, ["one", "two"]);
    }

    #[test]
    fn line_within_one_chunk_is_not_copied() {
        let chunk = Bytes::from_static(b"first\nnext\n");
        let start = chunk.as_ptr();
        let mut frames = JsonFrames::new(100);
        frames.push(chunk);
        assert_eq!(frames.next_line().unwrap().unwrap().as_ptr(), start);
    }

    #[test]
    fn chunk_is_released_once_its_lines_are_taken() {
        for chunk in ["first\n", "first\npartial", "partial"] {
            let chunk = Bytes::from(chunk.as_bytes().to_vec());
            let mut frames = JsonFrames::new(100);
            frames.push(chunk.clone());
            while frames.next_line().unwrap().is_some() {}
            assert!(chunk.is_unique(), "{chunk:?}");
        }
    }

    #[test]
    fn line_over_the_limit_is_an_error_wherever_chunks_end() {
        for at in [1, 50, 100] {
            let body = [b'x'; 101];
            let mut frames = JsonFrames::new(100);
            frames.push(Bytes::copy_from_slice(&body[..at]));
            let first = frames.next_line();
            frames.chunk = Bytes::copy_from_slice(&body[at..]);
            assert_eq!(first.and_then(|_| frames.next_line()), Err(LineTooLong(100)));
        }
    }

    #[test]
    fn last_line_without_an_ending_counts_if_it_is_whole() {
        for (last, counts) in [
            ("", true),
            (" \r", true),
            ("{\"a\":{}}", true),
            ("{\"a\":{}", false),
            ("<html>", false),
        ] {
            let mut frames = JsonFrames::new(100);
            frames.push(Bytes::from(format!("{{}}\n{last}")));
            while frames.next_line().unwrap().is_some() {}
            assert_eq!(frames.is_empty(), last.is_empty());
            assert_eq!(frames.end_last_line(), counts, "{last}");
            let line = frames.next_line().unwrap();
            assert_eq!(line.is_some(), last.ends_with("}}"), "{last}");
            assert!(frames.is_empty() && frames.remainder().is_empty());
        }
    }
}
