//! One history: the server, the network, the clock and the watcher, step by step.

use std::time::{Duration, Instant};

use fastrand::Rng;
use watch_protocol::simulation::{Action, InjectedBug, Watcher};
use watch_protocol::{InitialList, StartFrom};

use crate::consumer::Consumer;
use crate::durability::{Durability, Durable};
use crate::faults::{Faults, happens};
use crate::link::Link;
use crate::oddities::Oddities;
use crate::server::Server;
use crate::wire::Request;

/// Steps with faults.
const FAULT_STEPS: u32 = 400;
/// Steps without faults within which the stream must settle.
const SETTLE_STEPS: u32 = 2_000;
/// While the server breaks every connection at once, for this long …
pub(crate) const FLAPPING: Duration = Duration::from_mins(1);
/// … more requests than this are a reconnect storm.
const STORM: u32 = 200;

/// The result of a history.
#[derive(Debug)]
pub struct Outcome {
    /// Faults injected.
    pub faults: u64,
    /// Gaps repaired.
    pub repairs: u64,
    /// Events delivered.
    pub events: u64,
    /// Responses in protobuf.
    pub protobuf_responses: u64,
    /// How often the process was killed.
    pub kills: u64,
    /// The violation, if there is one.
    pub verdict: Result<(), String>,
}

#[allow(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub(crate) struct World {
    pub(crate) random: Rng,
    pub(crate) faults: Faults,
    pub(crate) oddities: Oddities,
    pub(crate) server: Server,
    pub(crate) watcher: Watcher,
    pub(crate) consumer: Consumer,
    pub(crate) link: Link,
    pub(crate) now: Instant,
    /// The server is unreachable until then.
    pub(crate) down_until: Instant,
    /// When the next request may come, after a `Retry-After`.
    pub(crate) not_before: Option<Instant>,
    /// Whether the newest response is in protobuf.
    pub(crate) protobuf: bool,
    pub(crate) protobuf_responses: u64,
    /// The revision of the newest list.
    pub(crate) listed: u64,
    /// Whether the pages that follow the newest one fail.
    pub(crate) pages_fail: bool,
    pub(crate) flapping: Option<Flapping>,
    /// Whether the server has said that it does not have the resource, and accepted no request
    /// since. It does not do so twice in a row.
    pub(crate) resource_was_missing: bool,
    pub(crate) accepted: bool,
    pub(crate) faults_over: bool,
    pub(crate) settled: bool,
    /// Whether a watch was interrupted since the faults were over.
    pub(crate) interrupted: bool,
    pub(crate) version: Option<u64>,
    pub(crate) fault_count: u64,
    /// Whether processes are killed.
    pub(crate) durable: Option<Durable>,
}

pub(crate) struct Flapping {
    pub(crate) until: Instant,
    pub(crate) requests: u32,
}

type Verdict = Result<(), String>;

/// Runs the history of a seed.
pub fn run(seed: u64, injected_bug: Option<InjectedBug>) -> Outcome {
    run_with(seed, injected_bug, None)
}

/// Runs a history of a durable stream, whose process is killed now and then.
pub fn run_durable(seed: u64, durability: impl Durability + 'static) -> Outcome {
    run_with(seed, None, Some(Box::new(durability)))
}

fn run_with(
    seed: u64,
    injected_bug: Option<InjectedBug>,
    durability: Option<Box<dyn Durability>>,
) -> Outcome {
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
    let oddities = Oddities::random(&mut random);
    let faults = faults.possible_on(oddities);
    // A durable stream begins with the state.
    let starts_with_state = oddities.namesakes || durability.is_some();
    let start_from = if starts_with_state { StartFrom::CurrentState } else { start_from };
    let mut server = Server::new(oddities);
    for _ in 0..random.u32(..20) {
        server.change(&mut random);
    }
    let now = Instant::now();
    let durable =
        durability.map(|durability| Durable::new(durability, Consumer::new(oddities), &mut random));
    let mut world = World {
        watcher: Watcher::new(how, start_from, random.u64(..), injected_bug),
        random,
        faults,
        oddities,
        server,
        consumer: Consumer::new(oddities),
        link: Link::Nothing,
        now,
        down_until: now,
        not_before: None,
        protobuf: false,
        protobuf_responses: 0,
        listed: 0,
        pages_fail: false,
        flapping: None,
        resource_was_missing: false,
        accepted: false,
        faults_over: false,
        settled: false,
        interrupted: false,
        version: None,
        fault_count: 0,
        durable,
    };
    let verdict = world.run();
    Outcome {
        faults: world.fault_count,
        repairs: world.watcher.repairs(world.now),
        events: world.consumer.events,
        protobuf_responses: world.protobuf_responses,
        kills: world.durable.map_or(0, |durable| durable.kills),
        verdict: verdict.map_err(|violation| format!("{violation} ({oddities:?}, {start_from:?})")),
    }
}

impl World {
    fn run(&mut self) -> Verdict {
        let mut steps = 0;
        for all in 0.. {
            if steps == FAULT_STEPS {
                break;
            }
            if all > 100 * FAULT_STEPS {
                return Err("time does not advance".to_owned());
            }
            self.step()?;
            // A storm does not use up the steps of the history.
            steps += u32::from(self.flapping.is_none());
        }
        self.faults_over = true;
        for _ in 0..SETTLE_STEPS {
            self.step()?;
            if self.settled {
                return self.consumer.check_final_state(&self.server);
            }
        }
        Err("the stream never settles".to_owned())
    }

    fn step(&mut self) -> Verdict {
        let was_listing = self.watcher.is_relisting();
        let version_before = self.watcher.version().map(str::to_owned);
        let action = self.watcher.step(self.now);
        let synced = self.watcher.take_synced_list();
        let still_listing = was_listing && synced.is_none() && self.watcher.is_relisting();
        if let Some(list) = synced {
            let revision = list.version.map_or(Ok(self.listed), |version| self.number(&version))?;
            self.consumer.synced(revision, &self.server)?;
            self.server.rolled_back_from = None;
        }
        match action {
            Action::Send(uri) => {
                if self.not_before.take().is_some_and(|not_before| self.now < not_before) {
                    return Err("a request came before the time of Retry-After".to_owned());
                }
                self.link = Link::Requested(Request::read(&uri, self.oddities.versions));
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
                let listing = was_listing && self.watcher.is_relisting();
                self.consumer.take(&event, listing, &self.server)?;
                if !event.name.is_empty() {
                    let killed = self.durable.as_ref().map(|durable| durable.kills);
                    self.handed_out(&event)?;
                    if self.durable.as_ref().map(|durable| durable.kills) != killed
                        || self.perhaps_kill()?
                    {
                        return Ok(());
                    }
                }
                // Also between two events that arrive at once.
                if !self.faults_over && self.accepted && happens(&mut self.random, self.faults.stop)
                {
                    self.fault_count += 1;
                    self.restart_stream();
                }
            }
            Action::End(error) => return Err(format!("the stream ended: {error:?}")),
            Action::Wait(deadline) => {
                if self.perhaps_kill()? {
                    return Ok(());
                }
                self.make_progress(deadline);
            }
        }
        if still_listing && self.watcher.version() != version_before.as_deref() {
            return Err(format!("the version changed from {version_before:?} within a list"));
        }
        let version = self.watcher.version().map(|version| self.number(version)).transpose()?;
        if version != self.version && !self.watcher.is_relisting() {
            self.version = version;
            if let Some(version) = version {
                self.consumer.version_reached(version, &self.server)?;
            }
        }
        Ok(())
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
        if !self.faults_over && self.flapping.is_none() && self.random.bool() {
            self.server.change(&mut self.random);
        }
        if self.flapping.as_ref().is_some_and(|flapping| flapping.until <= self.now) {
            self.flapping = None;
        }
    }

    fn make_progress(&mut self, deadline: Option<Instant>) {
        if !self.faults_over {
            if self.flapping.is_none() && self.random.u8(..5) < 2 {
                self.server.change(&mut self.random);
            }
            // While connections break at once, little time passes.
            let most = if self.flapping.is_some() { 5 } else { 3_000 };
            let time = Duration::from_millis(self.random.u64(..most));
            let left = deadline.map_or(time, |deadline| deadline - self.now);
            self.pass(time.min(left));
            if self.inject_fault(deadline) {
                self.fault_count += 1;
                return;
            }
        }
        match std::mem::replace(&mut self.link, Link::Nothing) {
            Link::Requested(_) if self.now < self.down_until => {
                if self.faults_over {
                    self.now = self.down_until;
                }
                self.watcher.unreachable(self.now);
            }
            Link::Requested(request) => self.respond(&request),
            Link::Body(body) => self.send_body(body),
            Link::Watch(connection) => self.send_events(connection, deadline),
            Link::Broken => self.watcher.disconnect(self.now),
            Link::Nothing => self.time_out(deadline),
        }
    }

    /// Lets time pass without progress, until the watcher's deadline.
    pub(crate) fn time_out(&mut self, deadline: Option<Instant>) {
        self.now = deadline.unwrap_or(self.now);
        self.watcher.deadline(self.now);
    }

    /// Returns the revision of a version.
    pub(crate) fn number(&self, version: &str) -> Result<u64, String> {
        self.oddities.versions.revision(version)
    }
}
