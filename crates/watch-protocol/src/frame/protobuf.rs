//! Protobuf: splits the chunks of a body into frames, each of which is an event behind its length in four bytes.

use std::fmt;

use bytes::{Buf as _, Bytes, BytesMut};
use watchable_core::protobuf::Envelope;

use crate::frame::error::FrameError;

/// The bytes of a frame's length, which is big-endian.
const LENGTH: usize = 4;
/// How each event begins: with its type, which is field 1.
const EVENT_START: u8 = 0x0a;

/// Splits a body into frames. A frame that lies within one chunk is not copied.
pub(crate) struct ProtobufFrames {
    /// The rest of the newest chunk.
    chunk: Bytes,
    /// The beginning of a frame that is incomplete so far, with its length.
    partial: BytesMut,
    limit: usize,
    /// Whether what follows is an object without a frame, as a proxy may send one.
    is_bare: bool,
    /// Whether the body has ended.
    has_ended: bool,
}

impl ProtobufFrames {
    pub(crate) fn new(limit: usize) -> Self {
        let (chunk, partial) = (Bytes::new(), BytesMut::new());
        Self { chunk, partial, limit, is_bare: false, has_ended: false }
    }

    /// Adds the next chunk. The frames of the previous one must have been taken.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        debug_assert!(self.chunk.is_empty(), "frames are left in the chunk before");
        self.chunk = chunk;
    }

    /// Returns the next whole frame without its length, or an object without a frame, if the body ends with it.
    pub(crate) fn next_frame(&mut self) -> Result<Option<Bytes>, FrameError> {
        if self.partial.is_empty()
            && let Some(length) = length(&self.chunk)
            && length <= self.limit
            && self.chunk.len() >= LENGTH + length
        {
            self.chunk.advance(LENGTH);
            let frame = self.chunk.split_to(length);
            if self.chunk.is_empty() {
                // Even an empty slice would keep the connection's buffer alive and unavailable for reuse.
                self.chunk = Bytes::new();
            }
            return Ok(Some(frame));
        }
        self.next_from_parts()
    }

    /// Returns the next frame, if the chunk completes it.
    fn next_from_parts(&mut self) -> Result<Option<Bytes>, FrameError> {
        if self.is_bare {
            return self.bare_object();
        }
        if !self.fill(LENGTH) {
            return Ok(None);
        }
        let length = length(&self.partial).unwrap_or_default();
        if length > self.limit {
            // What has no frames has no lengths either.
            if !self.fill(LENGTH + 1) {
                return Ok(None);
            }
            if Envelope::starts(&self.partial) {
                self.is_bare = true;
                return self.bare_object();
            }
            return Err(if self.partial[LENGTH] == EVENT_START {
                FrameError::TooLong(self.limit)
            } else {
                FrameError::Malformed("it does not begin as one")
            });
        }
        if !self.fill(LENGTH + length) {
            return Ok(None);
        }
        let mut frame = self.partial.split().freeze();
        frame.advance(LENGTH);
        Ok(Some(frame))
    }

    /// Returns the object without a frame, once the body has ended.
    fn bare_object(&mut self) -> Result<Option<Bytes>, FrameError> {
        self.fill(usize::MAX);
        if self.partial.len() > self.limit {
            return Err(FrameError::TooLong(self.limit));
        }
        let is_whole = self.has_ended && !self.partial.is_empty();
        Ok(is_whole.then(|| self.partial.split().freeze()))
    }

    /// Moves bytes from the chunk until there are so many in the incomplete frame. Returns whether there are.
    fn fill(&mut self, bytes: usize) -> bool {
        let missing = bytes.saturating_sub(self.partial.len()).min(self.chunk.len());
        self.partial.extend_from_slice(&self.chunk[..missing]);
        self.chunk.advance(missing);
        if self.chunk.is_empty() {
            self.chunk = Bytes::new();
        }
        self.partial.len() >= bytes
    }

    /// The body has ended as its own framing says. Returns whether it ended after a whole frame or object; an object is
    /// yet to be taken. Otherwise what follows the last frame is truncated, and is discarded.
    pub(crate) fn end(&mut self) -> bool {
        self.has_ended = true;
        let is_whole =
            self.partial.is_empty() || (self.is_bare && Envelope::open(&self.partial).is_ok());
        if !is_whole {
            self.partial.clear();
        }
        is_whole
    }

    /// Whether nothing was received after the last frame that was taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.chunk.is_empty() && self.partial.is_empty()
    }

    /// Returns what follows the last frame. After a disconnect it is a truncated frame.
    #[cfg(any(test, feature = "simulation"))]
    pub(crate) fn remainder(&mut self) -> Bytes {
        self.partial.split().freeze()
    }
}

/// Without the bytes, which may be confidential.
impl fmt::Debug for ProtobufFrames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtobufFrames")
            .field("received", &(self.partial.len() + self.chunk.len()))
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// Returns the length of the frame that begins here.
fn length(bytes: &[u8]) -> Option<usize> {
    let length = bytes.first_chunk::<LENGTH>()?;
    Some(usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 100;

    fn framed(frames: &[&[u8]]) -> Vec<u8> {
        let mut body = Vec::new();
        for frame in frames {
            body.extend(u32::try_from(frame.len()).unwrap().to_be_bytes());
            body.extend_from_slice(frame);
        }
        body
    }

    /// Returns the frames of a body that is received in these chunks, whether it ends after a whole one, and what comes
    /// after the end.
    fn read(chunks: &[&[u8]]) -> (Result<Vec<Bytes>, FrameError>, bool, Option<Bytes>) {
        let mut frames = ProtobufFrames::new(LIMIT);
        let mut read = Vec::new();
        for chunk in chunks {
            frames.push(Bytes::copy_from_slice(chunk));
            loop {
                match frames.next_frame() {
                    Ok(Some(frame)) => read.push(frame),
                    Ok(None) => break,
                    Err(error) => return (Err(error), false, None),
                }
            }
        }
        let is_whole = frames.end();
        (Ok(read), is_whole, frames.next_frame().unwrap())
    }

    #[test]
    fn frames_do_not_depend_on_where_chunks_end() {
        let expected: [&[u8]; 4] = [b"\x0a\x05ADDED", b"", &[0x0a; LIMIT], b"\x0a"];
        let body = framed(&expected);
        for at in 0..=body.len() {
            let (frames, is_whole, last) = read(&[&body[..at], &body[at..]]);
            assert_eq!(frames.unwrap(), expected, "split at {at}");
            assert_eq!((is_whole, last), (true, None));
            let (frames, is_whole, last) = read(&[&body[..at]]);
            let frames = frames.unwrap();
            assert!(expected.starts_with(&frames.iter().map(|f| &**f).collect::<Vec<_>>()));
            let ends = framed(&expected[..frames.len()]).len();
            assert_eq!((is_whole, last), (ends == at, None), "truncated at {at}");
        }
        let bytes: Vec<_> = body.chunks(1).collect();
        assert_eq!(read(&bytes).0.unwrap(), expected);
    }

    #[test]
    fn frame_within_one_chunk_is_not_copied_and_releases_it() {
        let chunk = Bytes::from(framed(&[b"\x0a1", b"\x0a2"]));
        let start = chunk.as_ptr();
        let mut frames = ProtobufFrames::new(LIMIT);
        frames.push(chunk.clone());
        assert_eq!(frames.next_frame().unwrap().unwrap().as_ptr(), start.wrapping_add(LENGTH));
        assert!(!frames.is_empty());
        assert_eq!(frames.next_frame().unwrap().unwrap(), "\n2");
        assert_eq!(frames.next_frame(), Ok(None));
        assert!(frames.is_empty() && chunk.is_unique());
        frames.push(chunk.slice(..3));
        assert_eq!(frames.next_frame(), Ok(None));
        assert!(!frames.is_empty() && chunk.is_unique());
        assert_eq!(frames.remainder().len(), 3);
    }

    #[test]
    fn frame_over_the_limit_is_told_from_what_has_no_frames() {
        let long = framed(&[&[0x0a; LIMIT + 1]]);
        for (body, error) in [
            (&*long, FrameError::TooLong(LIMIT)),
            (b"<html>", FrameError::Malformed("it does not begin as one")),
            (b"{\"type\":\"ADDED\"}", FrameError::Malformed("it does not begin as one")),
        ] {
            for at in 0..body.len() {
                assert_eq!(read(&[&body[..at], &body[at..]]).0.as_ref(), Err(&error), "{at}");
            }
            assert_eq!(read(&[&body[..LENGTH]]), (Ok(vec![]), false, None), "it is truncated");
        }
    }

    #[test]
    fn object_without_a_frame_is_returned_at_the_end_if_it_is_whole() {
        let object = b"k8s\0\x0a\x0c\x0a\x02v1\x12\x06Status\x12\x00";
        for at in 0..=object.len() {
            let (frames, is_whole, last) = read(&[&object[..at], &object[at..]]);
            assert_eq!((frames.unwrap(), is_whole), (vec![], true));
            assert_eq!(last.unwrap(), &object[..]);
        }
        assert_eq!(read(&[&object[..9]]), (Ok(vec![]), false, None));
        let endless = [object, &[0; LIMIT][..]].concat();
        assert_eq!(read(&[&endless]).0, Err(FrameError::TooLong(LIMIT)));
    }
}
