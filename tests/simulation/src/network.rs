//! The network: responses, and the faults on their way.

use std::time::{Duration, Instant};

use watch_runtime::Phase;

use crate::faults::{Streaming, happens};
use crate::link::{Connection, Link};
use crate::wire::{self, Request};
use crate::world::World;

impl World {
    /// Breaks the connection, and drops what was not read.
    pub(crate) fn drop_connection(&mut self) {
        self.link = Link::Broken;
    }

    /// Breaks the connection, perhaps after some more bytes.
    pub(crate) fn break_connection(&mut self) {
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

    pub(crate) fn respond(&mut self, request: &Request) {
        if !self.faults_over {
            if self.accepted && happens(&mut self.random, self.faults.reject) {
                self.fault_count += 1;
                return self.reject_transiently(request.watch);
            }
            if self.flapping.is_some() {
                self.fault_count += 1;
                self.link = Link::Broken;
                return self.accept();
            }
        }
        if request.watch { self.watch(request) } else { self.list(request) }
    }

    fn accept(&mut self) {
        (self.accepted, self.resource_was_missing) = (true, false);
        self.watcher.head(200, None, self.now);
    }

    fn reject(&mut self, code: u16, retry_after: Option<u64>, reason: &str, message: &str) {
        self.watcher.head(code, retry_after.map(Duration::from_secs), self.now);
        // Over several lines, as API servers write it.
        let body = serde_json::to_vec_pretty(&wire::status(code, reason, message));
        self.link = Link::Body(body.unwrap_or_default());
    }

    fn reject_transiently(&mut self, watch: bool) {
        let seconds = Some(self.random.u64(..5));
        match self.random.u8(..8) {
            0 => self.reject(429, seconds, "TooManyRequests", "later"),
            1 => self.reject(503, seconds, "ServiceUnavailable", "later"),
            2 => self.reject(502, None, "", "<html>"),
            3 => self.reject(
                504,
                seconds,
                "Timeout",
                "Timeout: Too large resource version: 9, current: 7",
            ),
            4 if !self.resource_was_missing => {
                self.resource_was_missing = true;
                self.reject(404, None, "NotFound", "not yet");
            }
            // Before the first list, such an answer would end the stream.
            5 if watch => self.answer_with_something_else(),
            _ => {
                let codes = [302, 400, 401, 403, 404, 405, 408, 421, 422, 425, 500, 520];
                let code = codes[self.random.usize(..codes.len())];
                self.reject(code, None, "", "not yet");
            }
        }
    }

    /// A proxy answers with a success, but neither with a list nor with events.
    fn answer_with_something_else(&mut self) {
        let body = [
            "<html>sign in</html>\n",
            "null",
            "{\"items\":[",
            "{\"kind\":\"Status\",\"code\":503}",
        ];
        let body = body[self.random.usize(..body.len())];
        self.watcher.head(200, None, self.now);
        self.link = Link::Body(body.as_bytes().to_vec());
    }

    fn list(&mut self, request: &Request) {
        let stale = request.version == Some(0) && !self.faults_over;
        let newest = self.server.revision;
        let oldest = if stale { self.server.compacted } else { newest };
        let now = self.random.u64(oldest.min(newest)..=newest);
        let (revision, offset) = request.continue_token.unwrap_or((now, 0));
        if request.continue_token.is_some() && !(self.server.compacted..=newest).contains(&revision)
        {
            return self.reject(410, None, "Expired", "the provided continue parameter is too old");
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
            && version < self.server.compacted
        {
            if self.faults.hides_gaps {
                self.accept();
                self.link = Link::Body(Vec::new());
                return;
            }
            return self.gone(version);
        }
        if request.version.is_some_and(|version| version > self.server.revision)
            && self.faults.rejects_future_versions
        {
            let message = "Timeout: Too large resource version: 9, current: 7";
            return self.reject(504, Some(1), "Timeout", message);
        }
        if request.streaming_list {
            if self.faults.streaming == Streaming::Rejected {
                return self.reject(422, None, "Invalid", "sendInitialEvents is forbidden");
            }
            self.streaming_list(&mut connection);
        } else if self.watcher.version().is_none() {
            // The watch starts from the oldest event.
            self.consumer.starts_from_history(connection.position, &self.server);
        }
        self.accept();
        self.link = Link::Watch(connection);
    }

    /// Responds with a 410, in one of its forms.
    fn gone(&mut self, version: u64) {
        let reason = if self.random.bool() { "Expired" } else { "Gone" };
        let tells_oldest = self.random.u8(..4) > 0;
        let oldest =
            if tells_oldest { format!(" ({})", self.server.compacted) } else { String::new() };
        let message = format!("too old resource version: {version}{oldest}");
        if self.random.bool() {
            return self.reject(410, None, reason, &message);
        }
        self.accept();
        self.link =
            Link::Body(wire::error_event(&wire::status(410, reason, &message)).into_bytes());
    }

    fn streaming_list(&mut self, connection: &mut Connection) {
        let initial = wire::initial(&self.server.objects);
        let half = initial.match_indices('\n').nth(1).map_or(0, |(at, _)| at + 1);
        let mut text = initial[..half].to_owned();
        if self.faults.streaming != Streaming::Ignored && self.random.bool() {
            // A bookmark without the annotation does not end the list.
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

    /// Writes the changes since, and perhaps a bookmark.
    fn write(&mut self, connection: &mut Connection) {
        let revision = self.server.revision;
        if revision < connection.position {
            // A future version: nothing is sent.
            return;
        }
        self.lose_deletions(connection.position);
        for change in self.server.between(connection.position, revision) {
            if change.lost {
                continue;
            }
            connection.pending.extend_from_slice(wire::event(change).as_bytes());
            if change.etype == "DELETED" && happens(&mut self.random, self.faults.repeated_deletion)
            {
                connection.pending.extend_from_slice(wire::event(change).as_bytes());
            }
        }
        connection.position = revision;
        if self.faults_over {
            return;
        }
        if connection.bookmarks && happens(&mut self.random, self.faults.bookmark) {
            connection.pending.extend_from_slice(wire::bookmark(revision, false).as_bytes());
        }
        if happens(&mut self.random, 10) {
            connection.pending.extend_from_slice(wire::unknown().as_bytes());
        }
    }

    /// Loses DELETED events of objects that were created again.
    fn lose_deletions(&mut self, position: u64) {
        // In an unfinished streaming list, two objects of one name count as two.
        if self.faults_over || self.watcher.is_relisting() {
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
                self.fault_count += 1;
                self.server.history[at].lost = true;
            }
        }
    }

    pub(crate) fn send_body(&mut self, mut body: Vec<u8>) {
        if body.is_empty() {
            return self.watcher.end(self.now);
        }
        let some = self.partial(body.len());
        let rest = body.split_off(some);
        self.watcher.chunk(&body, self.now);
        self.link = Link::Body(rest);
    }

    pub(crate) fn send_events(&mut self, mut connection: Connection, deadline: Option<Instant>) {
        self.write(&mut connection);
        if connection.pending.is_empty() {
            let ahead = connection.position > self.server.revision;
            if self.faults_over && !ahead && self.watcher.phase(self.now) == Phase::Live {
                self.settled = true;
            } else if self.faults_over {
                return self.time_out(deadline);
            } else if happens(&mut self.random, self.faults.timeout) {
                return self.watcher.end(self.now);
            }
        } else {
            let some = self.partial(connection.pending.len());
            let rest = connection.pending.split_off(some);
            self.watcher.chunk(&connection.pending, self.now);
            connection.pending = rest;
        }
        self.link = Link::Watch(connection);
    }

    /// Draws how many of these bytes arrive at once.
    fn partial(&mut self, bytes: usize) -> usize {
        if self.faults_over || self.random.bool() { bytes } else { self.random.usize(1..=bytes) }
    }
}
