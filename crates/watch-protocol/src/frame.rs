//! Framing: from the chunks of a watch's body to its events, which are not parsed here.

mod error;
pub mod json;
pub(crate) mod protobuf;

use bytes::Bytes;

pub(crate) use crate::frame::error::FrameError;
use crate::frame::json::JsonFrames;
use crate::frame::protobuf::ProtobufFrames;
use crate::wire::Wire;

/// The events of a watch's body.
#[derive(Debug)]
pub(crate) enum Frames {
    Json(JsonFrames),
    Protobuf(ProtobufFrames),
}

impl Frames {
    /// Creates the framing of a body. An event may have as many bytes as `limit`.
    pub(crate) fn new(wire: Wire, limit: usize) -> Self {
        match wire {
            Wire::Json => Self::Json(JsonFrames::new(limit)),
            Wire::Protobuf => Self::Protobuf(ProtobufFrames::new(limit)),
        }
    }

    /// Adds the next chunk. The events of the previous one must have been taken.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        match self {
            Self::Json(frames) => frames.push(chunk),
            Self::Protobuf(frames) => frames.push(chunk),
        }
    }

    /// Returns the next whole event. With `by_line`, each line of JSON counts as one, as an injected bug.
    pub(crate) fn next_event(&mut self, by_line: bool) -> Result<Option<Bytes>, FrameError> {
        match self {
            Self::Json(frames) if by_line => Ok(frames.next_line()?),
            Self::Json(frames) => Ok(frames.next_document()?),
            Self::Protobuf(frames) => frames.next_frame(),
        }
    }

    /// The body has ended as its own framing says. Returns whether it ended after a whole event, which is yet to be
    /// taken. Otherwise what follows the last one is discarded.
    pub(crate) fn end(&mut self) -> bool {
        match self {
            Self::Json(frames) => frames.end_last_line(),
            Self::Protobuf(frames) => frames.end(),
        }
    }

    /// Whether nothing was received after the last event that was taken.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Json(frames) => frames.is_empty(),
            Self::Protobuf(frames) => frames.is_empty(),
        }
    }
}
