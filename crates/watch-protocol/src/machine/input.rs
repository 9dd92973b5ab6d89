//! What the driver reports: response heads, body chunks, and how a response ended.

use std::time::Instant;

use bytes::{Bytes, BytesMut};

use crate::encoding::UnrequestedEncoding;
use crate::error::{Kind, Source, one_line};
use crate::frame::Frames;
use crate::head::Head;
use crate::list_body::ListBody;
use crate::machine::core::Machine;
use crate::machine::failure_policy::Wait;
use crate::machine::initial_objects::InitialObjects;
use crate::machine::state::State;
use crate::response_start::ResponseStart;
use crate::status::Cause;

/// How much of an HTTP error's body is kept, in bytes.
const MAX_ERROR_BODY_BYTES: usize = 64 << 10;

impl Machine {
    /// Reports the head of a response.
    pub fn on_head(&mut self, mut head: Head, now: Instant) {
        self.failures.server_reached();
        let listing = self.requests_list();
        let wire = head.wire();
        let accepted = head.status.is_success() && !head.is_html() && self.requests.accepts(wire);
        if accepted && head.may_be_of_an_api() {
            self.failures.request_accepted();
            self.failures.understood_before |= !listing;
        }
        self.response = ResponseStart::new(head.content_type.take());
        self.state = match (accepted, listing) {
            (false, _) => State::Rejected { head, body: BytesMut::new(), last_received: now },
            (true, true) => {
                let body = ListBody::new(wire, self.requests.is_table());
                State::Listing { wire, body, last_received: now, ended: false }
            }
            (true, false) => {
                self.hidden_gap.watch_accepted(self.watch_timeout, now);
                let is_again = std::mem::replace(&mut self.failures.watched_before, true);
                self.status.reconnects += u64::from(is_again);
                let frames = Frames::new(wire, self.requests.max_event_bytes());
                State::Watching {
                    wire,
                    frames,
                    since: now,
                    last_received: now,
                    initial: InitialObjects::new(now),
                    ended: None,
                }
            }
        };
    }

    /// Reports that the server could not be reached.
    pub fn on_unreachable(&mut self, source: Source, now: Instant) {
        // Until a request was accepted, the server or a proxy in between probably always encodes so.
        let is_encoded = source.is::<UnrequestedEncoding>();
        let is_terminal = is_encoded && !self.failures.accepted_before;
        if self.is_managed() && self.failures.has_reached_server() && !is_terminal {
            self.probing_version = false;
            self.failures.connection_lost();
            self.failures.unreachable = Some(one_line(&*source).into());
            let kind = Kind::Connect(source);
            if is_encoded {
                self.wait_out(kind, Cause::UnrequestedEncoding, Wait::Rejected(None), now);
            } else {
                self.wait_out(kind, Cause::Unreachable, Wait::Disconnected, now);
            }
        } else {
            self.end_with(Kind::Connect(source));
        }
    }

    /// Reports a chunk of the body.
    pub fn on_chunk(&mut self, chunk: Bytes, now: Instant) {
        self.response.push(&chunk);
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
    pub fn on_end(&mut self, now: Instant) {
        match &mut self.state {
            State::Listing { ended, .. } => *ended = true,
            State::Rejected { head, body, .. } => {
                let (head, body) = (std::mem::take(head), body.split().freeze());
                self.request_rejected(&head, &body, now);
            }
            State::Watching { frames, ended, .. } => {
                if frames.end() {
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

    /// Reports that the connection broke. A truncated event is discarded.
    pub fn on_disconnect(&mut self, source: Source, now: Instant) {
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
    pub fn on_wake(&mut self) {
        if matches!(self.state, State::BackingOff { .. }) {
            match self.failures.gives_up_with.take() {
                Some(kind) => self.end_with(kind),
                None => self.state = State::Ready,
            }
        }
    }
}
