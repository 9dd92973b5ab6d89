//! The network: responses, and the faults on their way.

use std::time::{Duration, Instant};

use watch_protocol::Phase;

use crate::faults::{Streaming, happens};
use crate::link::{Connection, Link};
use crate::oddities::{Gaps, Oddities, Versions};
use crate::wire::{self, Request, Writer};
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
        self.protobuf = self.oddities.wires.respond_in_protobuf(&mut self.random);
        self.protobuf_responses += u64::from(self.protobuf);
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

    pub(crate) fn accept(&mut self) {
        (self.accepted, self.resource_was_missing) = (true, false);
        self.head(200, None);
    }

    /// Responds with the head of a list, a watch or an error.
    pub(crate) fn head(&mut self, status: u16, retry_after: Option<Duration>) {
        let content_type = self.protobuf.then_some("application/vnd.kubernetes.protobuf");
        self.watcher.head_of(status, retry_after, content_type, self.now);
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
        if request.continue_token.is_some() && self.pages_fail {
            self.fault_count += 1;
            return self.reject(500, None, "InternalError", "etcdserver: request timed out");
        }
        let failing_pages = if self.faults_over { 0 } else { self.oddities.failing_pages };
        self.pages_fail = happens(&mut self.random, failing_pages);
        let state = self.server.at(revision);
        self.listed = revision;
        let sends_nonsense = !self.faults_over && self.oddities.sends_nonsense(&mut self.random);
        let nonsense = sends_nonsense.then_some(wire::NONSENSE);
        let mut page = self.writer().page(&state, revision, offset, request.limit, nonsense);
        if !self.faults_over && happens(&mut self.random, self.oddities.half_lists) {
            self.fault_count += 1;
            page.truncate(self.random.usize(1..page.len()));
        }
        self.accept();
        self.link = Link::Body(page);
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
            match self.oddities.gaps {
                Gaps::Gone => return self.gone(version),
                Gaps::EndAtOnce => {
                    self.accept();
                    self.link = Link::Body(Vec::new());
                    return;
                }
                Gaps::Silent => connection.position = u64::MAX,
            }
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
        } else if request.version.is_none() || self.oddities.versions == Versions::Absent {
            connection.position = self.server.revision;
            connection.pending = self.writer().initial(&self.server.objects);
        } else if self.watcher.version().is_none() && connection.position != u64::MAX {
            // The watch starts from the oldest event.
            self.consumer.starts_from_history(connection.position, &self.server);
        }
        self.accept();
        self.link = if self.oddities.short_watches && !self.faults_over {
            self.write(&mut connection);
            Link::Body(connection.pending)
        } else {
            Link::Watch(connection)
        };
    }

    fn streaming_list(&mut self, connection: &mut Connection) {
        self.listed = self.server.revision;
        let writer = self.writer();
        let mut body = writer.initial(self.server.objects.iter().take(2));
        if self.faults.streaming != Streaming::Ignored && self.random.bool() {
            // A bookmark without the annotation does not end the list.
            body.extend(writer.bookmark(self.server.revision, false));
        }
        body.extend(writer.initial(self.server.objects.iter().skip(2)));
        match self.faults.streaming {
            Streaming::Works => body.extend(writer.bookmark(self.server.revision, true)),
            Streaming::GivesUp => {
                let status = wire::status(500, "", "RequestWatchProgress is disabled");
                body.extend(writer.error_event(&status));
            }
            _ => {}
        }
        connection.pending = body;
    }

    pub(crate) fn writer(&self) -> Writer {
        let Oddities { versions, layout, .. } = self.oddities;
        Writer { versions, layout, protobuf: self.protobuf }
    }

    /// Writes the changes since, and perhaps a bookmark.
    fn write(&mut self, connection: &mut Connection) {
        let revision = self.server.revision;
        if revision < connection.position {
            // A future version: nothing is sent.
            return;
        }
        self.lose_deletions(connection.position);
        let writer = self.writer();
        for change in self.server.between(connection.position, revision) {
            if change.lost {
                continue;
            }
            connection.pending.extend(writer.event(change));
            if change.etype == "DELETED" && happens(&mut self.random, self.faults.repeated_deletion)
            {
                connection.pending.extend(writer.event(change));
            }
        }
        connection.position = revision;
        if self.faults_over {
            return;
        }
        if connection.bookmarks && happens(&mut self.random, self.faults.bookmark) {
            connection.pending.extend(writer.bookmark(revision, false));
        }
        if happens(&mut self.random, 10) || self.oddities.sends_nonsense(&mut self.random) {
            let events = writer.odd_events();
            let odd = &events[self.random.usize(..events.len())];
            connection.pending.extend_from_slice(odd);
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
            let again = self.server.history[at + 1..].iter().any(|c| c.key == change.key);
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
                if self.oddities.versions == Versions::Absent && !self.interrupted {
                    // What was deleted between a list and the watch that followed it, the next list shows.
                    self.interrupted = true;
                    return self.drop_connection();
                }
                self.settled = true;
            } else if self.faults_over {
                return self.time_out(deadline);
            } else if happens(&mut self.random, self.faults.timeout) {
                return self.watcher.end(self.now);
            }
        } else if !self.faults_over
            && connection.position <= self.server.revision
            && happens(&mut self.random, self.faults.timeout)
        {
            if !self.protobuf {
                // The last line has no ending, but the body has.
                connection.pending.truncate(connection.pending.trim_ascii_end().len());
            }
            self.link = Link::Body(connection.pending);
            return;
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
