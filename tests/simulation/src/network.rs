//! What goes over the network: answers, and what becomes of them on their way.

use std::time::{Duration, Instant};

use watch_runtime::Phase;

use crate::faults::{Streaming, happens};
use crate::wire::{self, Request};
use crate::world::World;

/// What the network carries.
pub(crate) enum Link {
    Nothing,
    Asked(Request),
    /// An answer with an end.
    Body(Vec<u8>),
    Watch(Connection),
    /// Broken, which the watcher learns once it has read what came before.
    Broken,
}

pub(crate) struct Connection {
    /// Written and not yet sent.
    pending: Vec<u8>,
    /// Up to here everything is written.
    position: u64,
    /// Whether bookmarks were asked for.
    bookmarks: bool,
}

impl World {
    /// The connection breaks, and nothing more of it is read.
    pub(crate) fn cut_off(&mut self) {
        self.link = Link::Broken;
    }

    /// The connection breaks, perhaps after some more bytes, which are read first.
    pub(crate) fn cut(&mut self) {
        let rest = match std::mem::replace(&mut self.link, Link::Broken) {
            Link::Body(bytes) => bytes,
            Link::Watch(mut connection) => {
                self.write(&mut connection);
                connection.pending
            }
            _ => return,
        };
        let some = self.random.usize(..=rest.len());
        self.watcher.chunk(&rest[..some], self.now);
    }

    pub(crate) fn answer(&mut self, request: &Request) {
        if !self.calm {
            if self.accepted && happens(&mut self.random, self.faults.refuse) {
                self.count += 1;
                return self.refuse_for_a_while();
            }
            if self.flapping.is_some() {
                self.count += 1;
                self.link = Link::Broken;
                return self.accept();
            }
        }
        if request.watch { self.watch(request) } else { self.list(request) }
    }

    fn accept(&mut self) {
        (self.accepted, self.unfair) = (true, false);
        self.watcher.head(200, None, self.now);
    }

    fn refuse(&mut self, code: u16, retry_after: Option<u64>, reason: &str, message: &str) {
        self.watcher.head(code, retry_after.map(Duration::from_secs), self.now);
        // As API servers write it: over many lines.
        let body = serde_json::to_vec_pretty(&wire::status(code, reason, message));
        self.link = Link::Body(body.unwrap_or_default());
    }

    fn refuse_for_a_while(&mut self) {
        let seconds = Some(self.random.u64(..5));
        match self.random.u8(..6) {
            0 => self.refuse(429, seconds, "TooManyRequests", "later"),
            1 => self.refuse(503, seconds, "ServiceUnavailable", "later"),
            2 => self.refuse(502, None, "", "<html>"),
            3 => self.refuse(
                504,
                seconds,
                "Timeout",
                "Timeout: Too large resource version: 9, current: 7",
            ),
            _ if self.unfair => self.refuse(503, None, "", ""),
            _ => {
                self.unfair = true;
                let code = [401, 403, 404, 500][self.random.usize(..4)];
                self.refuse(code, None, "", "not yet");
            }
        }
    }

    fn list(&mut self, request: &Request) {
        let stale = request.version == Some(0) && !self.calm;
        let newest = self.server.revision;
        let oldest = if stale { self.server.forgotten } else { newest };
        let now = self.random.u64(oldest.min(newest)..=newest);
        let (revision, offset) = request.continue_.unwrap_or((now, 0));
        if request.continue_.is_some() && !(self.server.forgotten..=newest).contains(&revision) {
            return self.refuse(410, None, "Expired", "the provided continue parameter is too old");
        }
        let state = self.server.at(revision);
        self.accept();
        self.link = Link::Body(wire::page(&state, revision, offset, request.limit).into_bytes());
    }

    fn watch(&mut self, request: &Request) {
        let mut connection = Connection {
            pending: Vec::new(),
            position: request.version.unwrap_or(self.server.revision),
            bookmarks: request.bookmarks,
        };
        if let Some(version) = request.version
            && version < self.server.forgotten
        {
            return self.gone(version);
        }
        if request.version.is_some_and(|version| version > self.server.revision)
            && self.faults.refuses_the_future
        {
            let message = "Timeout: Too large resource version: 9, current: 7";
            return self.refuse(504, Some(1), "Timeout", message);
        }
        if request.streams_state {
            if self.faults.streaming == Streaming::Refused {
                return self.refuse(422, None, "Invalid", "sendInitialEvents is forbidden");
            }
            self.stream_state(&mut connection);
        } else if self.watcher.version().is_none() {
            // It asks for what happened since the oldest version that there is.
            self.consumer.begins_at(connection.position, &self.server);
        }
        self.accept();
        self.link = Link::Watch(connection);
    }

    /// A 410, in one of its forms.
    fn gone(&mut self, version: u64) {
        let reason = if self.random.bool() { "Expired" } else { "Gone" };
        let tells_oldest = self.random.u8(..4) > 0;
        let oldest =
            if tells_oldest { format!(" ({})", self.server.forgotten) } else { String::new() };
        let message = format!("too old resource version: {version}{oldest}");
        if self.random.bool() {
            return self.refuse(410, None, reason, &message);
        }
        self.accept();
        self.link =
            Link::Body(wire::error_event(&wire::status(410, reason, &message)).into_bytes());
    }

    fn stream_state(&mut self, connection: &mut Connection) {
        let initial = wire::initial(&self.server.objects);
        let half = initial.match_indices('\n').nth(1).map_or(0, |(at, _)| at + 1);
        let mut text = initial[..half].to_owned();
        if self.faults.streaming != Streaming::Ignored && self.random.bool() {
            // It says where the server is, and nothing of how much of the state has come.
            text += &wire::bookmark(self.server.revision, false);
        }
        text += &initial[half..];
        match self.faults.streaming {
            Streaming::Works => text += &wire::bookmark(self.server.revision, true),
            Streaming::GivesUp => {
                text +=
                    &wire::error_event(&wire::status(500, "", "RequestWatchProgress is disabled"));
            }
            _ => {}
        }
        connection.pending = text.into_bytes();
    }

    /// Writes what has happened since, and perhaps a bookmark.
    fn write(&mut self, connection: &mut Connection) {
        let revision = self.server.revision;
        if revision < connection.position {
            // A version that is yet to come: silence.
            return;
        }
        self.lose_deletions(connection.position);
        for change in self.server.between(connection.position, revision) {
            if change.lost {
                continue;
            }
            connection.pending.extend_from_slice(wire::event(change).as_bytes());
        }
        connection.position = revision;
        if self.calm {
            return;
        }
        if connection.bookmarks && happens(&mut self.random, self.faults.bookmark) {
            connection.pending.extend_from_slice(wire::bookmark(revision, false).as_bytes());
        }
        if happens(&mut self.random, 10) {
            connection.pending.extend_from_slice(wire::unknown().as_bytes());
        }
    }

    /// Of an object that was deleted and created again, the deletion is lost.
    fn lose_deletions(&mut self, position: u64) {
        if self.calm {
            return;
        }
        let start = self.server.history.partition_point(|change| change.revision <= position);
        for at in start..self.server.history.len() {
            let change = &self.server.history[at];
            let again = self.server.history[at + 1..].iter().any(|c| c.name == change.name);
            if change.etype == "DELETED"
                && again
                && happens(&mut self.random, self.faults.lost_deletion)
            {
                self.count += 1;
                self.server.history[at].lost = true;
            }
        }
    }

    pub(crate) fn send_body(&mut self, mut body: Vec<u8>) {
        if body.is_empty() {
            return self.watcher.end(self.now);
        }
        let some = self.some(body.len());
        let rest = body.split_off(some);
        self.watcher.chunk(&body, self.now);
        self.link = Link::Body(rest);
    }

    pub(crate) fn send_events(&mut self, mut connection: Connection, deadline: Option<Instant>) {
        self.write(&mut connection);
        if connection.pending.is_empty() {
            let pretends = connection.position > self.server.revision;
            if self.calm && !pretends && self.watcher.phase(self.now) == Phase::Live {
                self.at_rest = true;
            } else if self.calm {
                return self.silence(deadline);
            } else if happens(&mut self.random, self.faults.timeout) {
                return self.watcher.end(self.now);
            }
        } else {
            let some = self.some(connection.pending.len());
            let rest = connection.pending.split_off(some);
            self.watcher.chunk(&connection.pending, self.now);
            connection.pending = rest;
        }
        self.link = Link::Watch(connection);
    }

    /// How many of so many bytes come at once.
    fn some(&mut self, bytes: usize) -> usize {
        if self.calm || self.random.bool() { bytes } else { self.random.usize(1..=bytes) }
    }
}
