//! What the driver reports: response heads, body chunks, and how a response ended.

use std::time::Instant;

use bytes::{Bytes, BytesMut};

use crate::protocol::error::{Kind, Source};
use crate::protocol::frame::Frames;
use crate::protocol::head::Head;
use crate::protocol::list_body::ListBody;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::state::State;
use crate::protocol::status::Cause;

/// How much of an HTTP error's body is kept, in bytes.
const MAX_ERROR_BODY_BYTES: usize = 64 << 10;

impl Machine {
    /// Reports the head of a response.
    pub(crate) fn on_head(&mut self, head: Head, now: Instant) {
        self.failures.server_reached();
        let listing = self.requests_list();
        self.state = match (head.status.is_success(), listing) {
            (false, _) => State::Rejected { head, body: BytesMut::new(), last_received: now },
            (true, true) => {
                State::Listing { body: ListBody::default(), last_received: now, ended: false }
            }
            (true, false) => {
                self.hidden_gap.watch_accepted(self.watch_timeout, now);
                let frames = Frames::new(self.requests.max_event_bytes());
                State::Watching {
                    frames,
                    since: now,
                    last_received: now,
                    last_listed: now,
                    ended: None,
                }
            }
        };
        if head.status.is_success() {
            self.failures.request_accepted();
        }
    }

    /// Reports that the server could not be reached.
    pub(crate) fn on_unreachable(&mut self, source: Source) {
        if self.is_managed() && self.failures.has_reached_server() {
            self.probing_version = false;
            self.failures.connection_lost();
            self.back_off_after_disconnect(Cause::Unreachable);
        } else {
            self.end_with(Kind::Connect(source));
        }
    }

    /// Reports a chunk of the body.
    pub(crate) fn on_chunk(&mut self, chunk: Bytes, now: Instant) {
        match &mut self.state {
            State::Listing { body, last_received, .. } => {
                *last_received = now;
                body.push(&chunk);
            }
            State::Rejected { body, last_received, .. } => {
                *last_received = now;
                let room = MAX_ERROR_BODY_BYTES.saturating_sub(body.len());
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            State::Watching { frames, last_received, .. } => {
                *last_received = now;
                frames.push(chunk);
            }
            _ => {}
        }
    }

    /// Reports that the body has ended as its framing says.
    pub(crate) fn on_end(&mut self, now: Instant) {
        match &mut self.state {
            State::Listing { ended, .. } => *ended = true,
            State::Rejected { head, body, .. } => {
                let (head, body) = (*head, body.split().freeze());
                self.request_rejected(head, &body, now);
            }
            State::Watching { frames, ended, .. } => {
                if frames.end_last_line() {
                    *ended = Some(now);
                    self.watch_closed(false, now);
                } else {
                    self.watch_closed(true, now);
                    self.disconnected(Cause::Disconnected, Kind::Disconnected(None), now);
                }
            }
            _ => {}
        }
    }

    /// Reports that the connection broke. A truncated line is discarded.
    pub(crate) fn on_disconnect(&mut self, source: Source, now: Instant) {
        self.inject_truncated_event();
        if matches!(self.state, State::Watching { .. }) {
            self.watch_closed(true, now);
        }
        match &self.state {
            State::Watching { .. } | State::Listing { .. } => {
                self.disconnected(Cause::Disconnected, Kind::Disconnected(Some(source)), now);
            }
            // The HTTP status is enough.
            State::Rejected { .. } => self.on_end(now),
            _ => {}
        }
    }

    /// Reports that the sleep is over.
    pub(crate) fn on_wake(&mut self) {
        if matches!(self.state, State::BackingOff { .. }) {
            self.state = State::Ready;
        }
    }
}
