//! One history: the server, the network, the clock and the watcher, step by step.

use std::time::{Duration, Instant};

use fastrand::Rng;
use watch_runtime::simulation::{Ask, Sabotage, Watcher};
use watch_runtime::{InitialState, Phase};

use crate::consumer::Consumer;
use crate::faults::{Faults, Streaming, happens};
use crate::server::Server;
use crate::wire::{self, Request};

/// How long a history is, in steps, before the faults cease.
const STEPS: u32 = 400;
/// So many steps without faults must be enough to come to rest.
const CALM: u32 = 2_000;
/// While the server breaks every connection at once, for this long …
const FLAPPING: Duration = Duration::from_mins(1);
/// … more requests than this are a storm.
const STORM: u32 = 200;

/// What a history came to.
#[derive(Debug)]
pub struct Outcome {
    /// How many faults it had.
    pub faults: u64,
    /// How many gaps were repaired.
    pub repairs: u64,
    /// How many events were delivered.
    pub events: u64,
    /// What went wrong, if anything did.
    pub verdict: Result<(), String>,
}

/// What the network carries.
enum Link {
    Nothing,
    Asked(Request),
    /// An answer with an end.
    Body(Vec<u8>),
    Watch(Connection),
    /// Broken, which the watcher learns once it has read what came before.
    Broken,
}

struct Connection {
    /// Written and not yet sent.
    pending: Vec<u8>,
    /// Up to here everything is written.
    position: u64,
    /// Whether bookmarks were asked for.
    bookmarks: bool,
}

struct World {
    random: Rng,
    faults: Faults,
    server: Server,
    watcher: Watcher,
    consumer: Consumer,
    link: Link,
    now: Instant,
    /// Until when nobody answers.
    down_until: Instant,
    flapping: Option<Flapping>,
    /// Whether the server has refused something for which there is no reason, and accepted nothing
    /// since: it does not do so for long.
    unfair: bool,
    accepted: bool,
    calm: bool,
    at_rest: bool,
    version: Option<u64>,
    count: u64,
}

struct Flapping {
    until: Instant,
    requests: u32,
}

type Verdict = Result<(), String>;

/// Runs the history of a seed.
pub fn run(seed: u64, sabotage: Option<Sabotage>) -> Outcome {
    let mut random = Rng::with_seed(seed);
    let how = if random.u8(..3) == 0 { InitialState::Paged } else { InitialState::Streamed };
    let faults = Faults::random(&mut random);
    let mut server = Server::default();
    for _ in 0..random.u32(..20) {
        server.change(&mut random);
    }
    let now = Instant::now();
    let mut world = World {
        watcher: Watcher::new(how, random.u64(..), sabotage),
        random,
        faults,
        server,
        consumer: Consumer::default(),
        link: Link::Nothing,
        now,
        down_until: now,
        flapping: None,
        unfair: false,
        accepted: false,
        calm: false,
        at_rest: false,
        version: None,
        count: 0,
    };
    let verdict = world.run();
    Outcome {
        faults: world.count,
        repairs: world.watcher.repairs(world.now),
        events: world.consumer.events,
        verdict,
    }
}

impl World {
    fn run(&mut self) -> Verdict {
        let mut steps = 0;
        for all in 0.. {
            if steps == STEPS {
                break;
            }
            if all > 100 * STEPS {
                return Err("time stands still".to_owned());
            }
            self.step()?;
            // A storm is not to make the history shorter.
            steps += u32::from(self.flapping.is_none());
        }
        self.calm = true;
        for _ in 0..CALM {
            self.step()?;
            if self.at_rest {
                return if self.consumer.known == self.server.objects {
                    Ok(())
                } else {
                    let (told, is) = (&self.consumer.known, &self.server.objects);
                    Err(format!("at rest the consumer has {told:?}, the server {is:?}"))
                };
            }
        }
        Err("it never comes to rest".to_owned())
    }

    fn step(&mut self) -> Verdict {
        let was_taking = self.watcher.is_taking();
        let ask = self.watcher.step(self.now);
        if let Some(told) = self.watcher.take_told() {
            self.consumer.state_told(number(&told)?, &self.server)?;
        }
        match ask {
            Ask::Send(uri) => {
                self.link = Link::Asked(Request::read(&uri));
                if let Some(flapping) = &mut self.flapping {
                    flapping.requests += 1;
                    if flapping.requests > STORM {
                        return Err(format!("{STORM} requests within {FLAPPING:?}"));
                    }
                }
            }
            Ask::Sleep(time) => {
                self.link = Link::Nothing;
                self.pass(time);
                self.watcher.wake();
            }
            Ask::Deliver(event) => {
                let taking = was_taking && self.watcher.is_taking();
                self.consumer.take(&event, taking, &self.server)?;
                // Between two events that come at once, too.
                if !self.calm && self.accepted && happens(&mut self.random, self.faults.stop) {
                    self.count += 1;
                    self.stop();
                }
            }
            Ask::End(error) => return Err(format!("the stream ended: {error:?}")),
            Ask::Wait(deadline) => self.something_happens(deadline),
        }
        let version = self.watcher.version().map(number).transpose()?;
        if version != self.version && !self.watcher.is_taking() {
            self.version = version;
            if let Some(version) = version {
                self.consumer.stands_at(version, &self.server)?;
            }
        }
        Ok(())
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        if !self.calm && self.flapping.is_none() && self.random.bool() {
            self.server.change(&mut self.random);
        }
        if self.flapping.as_ref().is_some_and(|flapping| flapping.until <= self.now) {
            self.flapping = None;
        }
    }

    fn something_happens(&mut self, deadline: Option<Instant>) {
        if !self.calm {
            if self.flapping.is_none() && self.random.u8(..5) < 2 {
                self.server.change(&mut self.random);
            }
            // Where connections break at once, little time passes.
            let most = if self.flapping.is_some() { 5 } else { 3_000 };
            let time = Duration::from_millis(self.random.u64(..most));
            let left = deadline.map_or(time, |deadline| deadline - self.now);
            self.pass(time.min(left));
            if self.misfortune(deadline) {
                self.count += 1;
                return;
            }
        }
        match std::mem::replace(&mut self.link, Link::Nothing) {
            Link::Asked(_) if self.now < self.down_until => {
                if self.calm {
                    self.now = self.down_until;
                }
                self.watcher.unreachable();
            }
            Link::Asked(request) => self.answer(&request),
            Link::Body(body) => self.send_body(body),
            Link::Watch(connection) => self.send_events(connection, deadline),
            Link::Broken => self.watcher.cut(self.now),
            Link::Nothing => self.silence(deadline),
        }
    }

    /// Nothing comes until the watcher gives up.
    fn silence(&mut self, deadline: Option<Instant>) {
        self.now = deadline.unwrap_or(self.now);
        self.watcher.deadline(self.now);
    }

    /// Whether something goes wrong on the way, or the watcher is stopped.
    fn misfortune(&mut self, deadline: Option<Instant>) -> bool {
        let open = matches!(self.link, Link::Body(_) | Link::Watch(_));
        // A server that was never reached is a mistake to report, and so it is not for the tests.
        if !self.accepted {
            return false;
        }
        if happens(&mut self.random, self.faults.compact) {
            self.server.compact(&mut self.random);
            return false;
        }
        if open && happens(&mut self.random, self.faults.cut) {
            self.cut();
        } else if happens(&mut self.random, self.faults.stall) {
            self.link = Link::Nothing;
            self.silence(deadline);
        } else if happens(&mut self.random, self.faults.restart) {
            self.down_until = self.now + Duration::from_millis(self.random.u64(..20_000));
            if self.random.u8(..4) > 0 {
                self.server.forgotten = self.server.revision;
            }
            if open {
                self.cut();
            }
        } else if happens(&mut self.random, self.faults.stop) {
            self.stop();
        } else if self.flapping.is_none() && happens(&mut self.random, self.faults.flap) {
            self.flapping = Some(Flapping { until: self.now + FLAPPING, requests: 0 });
            if open {
                self.cut();
            }
        } else {
            return false;
        }
        true
    }

    /// The consumer stops the stream, and begins another.
    fn stop(&mut self) {
        self.link = Link::Nothing;
        // Until it is accepted, the new stream takes what goes wrong for mistakes.
        self.accepted = false;
        self.down_until = self.now;
        self.watcher.stop_and_stream();
    }

    /// The connection breaks, perhaps after some more bytes, which are read first.
    fn cut(&mut self) {
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

    fn answer(&mut self, request: &Request) {
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
        let (revision, offset) = request.continue_.unwrap_or((self.server.revision, 0));
        if request.continue_.is_some() && revision < self.server.forgotten {
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
        if request.streams_state {
            if self.faults.streaming == Streaming::Refused {
                return self.refuse(422, None, "Invalid", "sendInitialEvents is forbidden");
            }
            self.stream_state(&mut connection);
        }
        self.accept();
        self.link = Link::Watch(connection);
    }

    /// A 410, in one of its forms.
    fn gone(&mut self, version: u64) {
        let reason = if self.random.bool() { "Expired" } else { "Gone" };
        let message = format!("too old resource version: {version} ({})", self.server.forgotten);
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
        for change in self.server.between(connection.position, revision) {
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

    fn send_body(&mut self, mut body: Vec<u8>) {
        if body.is_empty() {
            return self.watcher.end(self.now);
        }
        let some = self.some(body.len());
        let rest = body.split_off(some);
        self.watcher.chunk(&body, self.now);
        self.link = Link::Body(rest);
    }

    fn send_events(&mut self, mut connection: Connection, deadline: Option<Instant>) {
        self.write(&mut connection);
        if connection.pending.is_empty() {
            if self.calm && self.watcher.phase(self.now) == Phase::Live {
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

fn number(version: &str) -> Result<u64, String> {
    version.parse().map_err(|_| format!("{version:?} is no version"))
}
