//! One history: the server, the network, the clock and the watcher, step by step.

use std::time::{Duration, Instant};

use fastrand::Rng;
use watch_runtime::simulation::{Action, InjectedBug, Watcher};
use watch_runtime::{InitialList, StartFrom};

use crate::consumer::Consumer;
use crate::faults::{Faults, happens};
use crate::network::Link;
use crate::server::Server;
use crate::wire::Request;

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

#[allow(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub(crate) struct World {
    pub(crate) random: Rng,
    pub(crate) faults: Faults,
    pub(crate) server: Server,
    pub(crate) watcher: Watcher,
    pub(crate) consumer: Consumer,
    pub(crate) link: Link,
    pub(crate) now: Instant,
    /// Until when nobody answers.
    pub(crate) down_until: Instant,
    pub(crate) flapping: Option<Flapping>,
    /// Whether the server has refused something for which there is no reason, and accepted nothing
    /// since: it does not do so for long.
    pub(crate) unfair: bool,
    pub(crate) accepted: bool,
    pub(crate) calm: bool,
    pub(crate) at_rest: bool,
    pub(crate) version: Option<u64>,
    pub(crate) count: u64,
}

pub(crate) struct Flapping {
    until: Instant,
    requests: u32,
}

type Verdict = Result<(), String>;

/// Runs the history of a seed.
pub fn run(seed: u64, injected_bug: Option<InjectedBug>) -> Outcome {
    let mut random = Rng::with_seed(seed);
    let how = match random.u8(..6) {
        0 | 1 => InitialList::Paged,
        2 => InitialList::WatchCache,
        _ => InitialList::Streaming,
    };
    let start_from = match random.u8(..6) {
        0 => StartFrom::OldestEvent,
        _ => StartFrom::CurrentState,
    };
    let faults = Faults::random(&mut random);
    let mut server = Server::default();
    for _ in 0..random.u32(..20) {
        server.change(&mut random);
    }
    let now = Instant::now();
    let mut world = World {
        watcher: Watcher::new(how, start_from, random.u64(..), injected_bug),
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
                return self.consumer.ends(&self.server);
            }
        }
        Err("it never comes to rest".to_owned())
    }

    fn step(&mut self) -> Verdict {
        let was_taking = self.watcher.is_relisting();
        let ask = self.watcher.step(self.now);
        if let Some(told) = self.watcher.take_synced_version() {
            self.consumer.state_told(number(&told)?, &self.server)?;
            self.server.ahead = None;
        }
        match ask {
            Action::Send(uri) => {
                self.link = Link::Asked(Request::read(&uri));
                if let Some(flapping) = &mut self.flapping {
                    flapping.requests += 1;
                    if flapping.requests > STORM {
                        return Err(format!("{STORM} requests within {FLAPPING:?}"));
                    }
                }
            }
            Action::Sleep(time) => {
                self.link = Link::Nothing;
                self.pass(time);
                self.watcher.wake();
            }
            Action::Deliver(event) => {
                let taking = was_taking && self.watcher.is_relisting();
                self.consumer.take(&event, taking, &self.server)?;
                // Between two events that come at once, too.
                if !self.calm && self.accepted && happens(&mut self.random, self.faults.stop) {
                    self.count += 1;
                    self.stop();
                }
            }
            Action::End(error) => return Err(format!("the stream ended: {error:?}")),
            Action::Wait(deadline) => self.something_happens(deadline),
        }
        let version = self.watcher.version().map(number).transpose()?;
        if version != self.version && !self.watcher.is_relisting() {
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
            Link::Broken => self.watcher.disconnect(self.now),
            Link::Nothing => self.silence(deadline),
        }
    }

    /// Nothing comes until the watcher gives up.
    pub(crate) fn silence(&mut self, deadline: Option<Instant>) {
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
        } else if happens(&mut self.random, self.faults.suspend) {
            let hours = self.random.u64(1..48);
            self.pass(Duration::from_hours(hours));
            self.watcher.deadline(self.now);
        } else if happens(&mut self.random, self.faults.set_back) {
            return self.set_back();
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

    /// The server is set back to an older state, as etcd from a backup, while nothing else goes on.
    fn set_back(&mut self) -> bool {
        // A bookmark may have moved it on in this very step.
        let version = self.watcher.version().and_then(|version| number(version).ok());
        let Some(stands_at) = version.filter(|_| !self.watcher.is_relisting()) else {
            return false;
        };
        if self.consumer.knows_later_than(stands_at) {
            return false;
        }
        if matches!(self.link, Link::Body(_) | Link::Watch(_)) {
            self.cut_off();
        }
        self.server.set_back(stands_at, &mut self.random);
        self.consumer.set_back();
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
}

fn number(version: &str) -> Result<u64, String> {
    version.parse().map_err(|_| format!("{version:?} is no version"))
}
