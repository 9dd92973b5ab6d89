//! What the driver reports: heads, chunks, ends and failures of answers.

use std::time::Instant;

use bytes::{Bytes, BytesMut};

use crate::protocol::error::{Kind, Source};
use crate::protocol::frame::Frames;
use crate::protocol::head::Head;
use crate::protocol::list_body::ListBody;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::state::State;
use crate::protocol::status::Cause;

/// As much of an HTTP error's body as is kept, in bytes.
const MAX_REFUSAL_BYTES: usize = 64 << 10;

impl Machine {
    /// The head of an answer has come.
    pub(crate) fn on_head(&mut self, head: Head, now: Instant) {
        self.failures.reached();
        let listing = self.lists();
        self.state = match (head.status.is_success(), listing) {
            (false, _) => State::Refused { head, body: BytesMut::new(), heard: now },
            (true, true) => State::Listing { body: ListBody::default(), heard: now, ended: false },
            (true, false) => {
                let frames = Frames::new(self.plan.max_event_bytes());
                State::Watching { frames, since: now, heard: now }
            }
        };
        if head.status.is_success() {
            self.failures.accepted();
        }
    }

    /// No answer was had.
    pub(crate) fn on_unreachable(&mut self, source: Source) {
        if self.managed() && self.failures.has_reached() {
            self.probing = false;
            self.failures.lost();
            self.back_off_unreachable(Cause::Unreachable);
        } else {
            self.end(Kind::Connect(source));
        }
    }

    /// A chunk of the body has come.
    pub(crate) fn on_chunk(&mut self, chunk: Bytes, now: Instant) {
        match &mut self.state {
            State::Listing { body, heard, .. } => {
                *heard = now;
                body.push(&chunk);
            }
            State::Refused { body, heard, .. } => {
                *heard = now;
                let room = MAX_REFUSAL_BYTES.saturating_sub(body.len());
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            State::Watching { frames, heard, .. } => {
                *heard = now;
                frames.push(chunk);
            }
            _ => {}
        }
    }

    /// The body has come to its proper end.
    pub(crate) fn on_end(&mut self, now: Instant) {
        match &mut self.state {
            State::Listing { ended, .. } => *ended = true,
            State::Refused { head, body, .. } => {
                let (head, body) = (*head, body.split().freeze());
                self.refused(head, &body, now);
            }
            State::Watching { frames, since, .. } => {
                let since = *since;
                if frames.rest().trim_ascii().is_empty() {
                    self.timed_out(since, now);
                } else {
                    self.cut(Cause::Disconnected, Kind::Disconnected(None), now);
                }
            }
            _ => {}
        }
    }

    /// The connection broke; what a line had begun is discarded.
    pub(crate) fn on_cut(&mut self, source: Source, now: Instant) {
        self.inject_fragment();
        match &self.state {
            State::Watching { .. } | State::Listing { .. } => {
                self.cut(Cause::Disconnected, Kind::Disconnected(Some(source)), now);
            }
            // The status alone says enough.
            State::Refused { .. } => self.on_end(now),
            _ => {}
        }
    }

    /// The sleep is over.
    pub(crate) fn on_wake(&mut self) {
        if matches!(self.state, State::BackingOff { .. }) {
            self.state = State::Ready;
        }
    }
}
