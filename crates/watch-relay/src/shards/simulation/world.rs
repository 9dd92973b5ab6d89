//! The world: replicas, each with its own clock and its own view, and what happens between them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;
use jiff::Timestamp;

use super::node::Node;
use super::queue::{Event, Millis, Queue};
use super::server::{Change, Server};
use crate::shards::event::ShardEvent;
use crate::shards::lease::Lease;
use crate::shards::machine::{Machine, Step};
use crate::shards::request::{Failure, Outcome, Request};
use crate::shards::settings::ReplicaSettings;

pub(super) struct World {
    pub(super) now: Millis,
    pub(super) rng: Rng,
    pub(super) server: Server,
    pub(super) replicas: Vec<Node>,
    /// How the network is now.
    pub(super) network: Network,
    queue: Queue,
    /// The shards in all.
    shards: u32,
    /// The clusters that have them, for replicas that are started.
    pub(super) clusters: Vec<String>,
    /// The highest epoch of each shard.
    epochs: BTreeMap<u32, u64>,
    /// How often a shard was acquired.
    pub(super) acquired: u64,
    /// Every caller stops as late as it may.
    pub(super) slow_callers: bool,
    base: Instant,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Network {
    /// The longest way of a message, in ms.
    pub(super) delay: u64,
    /// Responses alone take nearly as long as they may.
    pub(super) slow_responses: bool,
    /// How often in a hundred requests, and responses, are lost.
    pub(super) loss: u8,
    pub(super) server_is_up: bool,
}

impl World {
    pub(super) fn new(seed: u64, shards: u32) -> Self {
        Self {
            now: 0,
            rng: Rng::with_seed(seed),
            server: Server::default(),
            replicas: Vec::new(),
            network: Network { delay: 50, slow_responses: false, loss: 0, server_is_up: true },
            queue: Queue::default(),
            shards,
            clusters: Vec::new(),
            epochs: BTreeMap::new(),
            acquired: 0,
            slow_callers: false,
            base: Instant::now(),
        }
    }

    /// Starts a replica, whose clock differs from that of the others. Returns its place.
    pub(super) fn start(&mut self) -> usize {
        let at = self.replicas.len();
        let mut settings = ReplicaSettings::new("relay", "default", format!("r{at}"));
        settings.shards = if self.clusters.is_empty() { self.shards } else { 1 };
        settings.clusters.clone_from(&self.clusters);
        settings.check().expect("they are valid");
        let rate = self.rng.u64(960..=1040);
        let offset = self.rng.u64(0..10_000_000);
        let seed = self.rng.u64(..);
        let clock = self.clock(rate, offset);
        self.replicas.push(Node {
            machine: Machine::new(settings.clone(), Rng::with_seed(seed), clock),
            settings,
            rate,
            offset,
            is_alive: true,
            paused_until: 0,
            partitioned: false,
            seen: 0,
            watch_is_busy: false,
            working: BTreeMap::new(),
            requests: BTreeMap::new(),
            wake: 0,
        });
        self.after(1, at, Event::Watch);
        at
    }

    fn clock(&self, rate: u64, offset: u64) -> Instant {
        self.base + Duration::from_millis(offset + self.now * rate / 1000)
    }

    pub(super) fn clock_of(&self, at: usize) -> Instant {
        self.clock(self.replicas[at].rate, self.replicas[at].offset)
    }

    fn after(&mut self, delay: Millis, at: usize, event: Event) {
        self.queue.push(self.now + delay, at, event);
    }

    fn delay(&mut self) -> Millis {
        // Most are fast.
        let most = if self.rng.u8(..4) > 0 { self.network.delay / 10 } else { self.network.delay };
        self.rng.u64(1..=most.max(1))
    }

    fn is_lost(&mut self, at: usize) -> bool {
        !self.network.server_is_up
            || self.replicas[at].partitioned
            || self.rng.u8(..100) < self.network.loss
    }

    /// Lets this much time pass.
    pub(super) fn run(&mut self, time: Millis) {
        let end = self.now + time;
        while let Some((time, at, event)) = self.queue.pop(end) {
            self.now = time;
            self.process(at, event);
        }
        self.now = end;
    }

    fn process(&mut self, at: usize, event: Event) {
        let node = &self.replicas[at];
        // What is under way arrives, whatever has become of its sender.
        if let Event::Request { id, request } = &event {
            return self.arrive(at, *id, request);
        }
        if !node.is_alive {
            return;
        }
        if node.paused_until > self.now {
            return self.after(node.paused_until - self.now, at, event);
        }
        match event {
            Event::Wake { number } if number != node.wake => return,
            Event::Wake { .. } | Event::Request { .. } => {}
            Event::Watch => self.watch(at),
            Event::Response { id, name, outcome } => self.respond(at, id, &name, outcome),
            Event::Timeout { id, name } => self.respond(at, id, &name, Err(Failure::Other)),
            Event::Stopped { shard } => {
                self.replicas[at].working.remove(&shard);
                self.replicas[at].machine.stopped(shard);
            }
        }
        self.step(at);
    }

    /// Shows a replica what has changed since it was shown something.
    fn watch(&mut self, at: usize) {
        self.replicas[at].watch_is_busy = false;
        if self.is_lost(at) {
            // The watch reconnects.
            return self.watch_again(at, 1000);
        }
        let clock = self.clock_of(at);
        let node = &mut self.replicas[at];
        for change in &self.server.changes[node.seen..] {
            match change.clone() {
                Change::Put(lease) => node.machine.watched(*lease, clock),
                Change::Deleted { name, version } => {
                    node.machine.watched_deletion(&name, &version, clock);
                }
            }
        }
        node.seen = self.server.changes.len();
        node.machine.synced(clock);
    }

    fn watch_again(&mut self, at: usize, least: Millis) {
        if !self.replicas[at].watch_is_busy {
            self.replicas[at].watch_is_busy = true;
            let delay = least + self.delay();
            self.after(delay, at, Event::Watch);
        }
    }

    fn arrive(&mut self, at: usize, id: u64, request: &Request) {
        if !self.network.server_is_up {
            return;
        }
        let before = self.server.changes.len();
        let outcome = self.server.handle(&request.name, &request.verb);
        if self.server.changes.len() > before {
            self.notify();
        }
        if !self.is_lost(at) {
            let slow = if self.network.slow_responses { self.rng.u64(2_800..3_200) } else { 0 };
            let delay = slow.max(self.delay());
            let name = request.name.clone();
            self.after(delay, at, Event::Response { id, name, outcome });
        }
    }

    pub(super) fn notify(&mut self) {
        for at in 0..self.replicas.len() {
            self.watch_again(at, 0);
        }
    }

    fn respond(&mut self, at: usize, id: u64, name: &str, outcome: Outcome) {
        if self.replicas[at].requests.get(name) == Some(&id) {
            self.replicas[at].requests.remove(name);
            let clock = self.clock_of(at);
            self.replicas[at].machine.responded(name, outcome, clock);
        }
    }

    pub(super) fn step(&mut self, at: usize) {
        let clock = self.clock_of(at);
        // A wall clock that is anywhere.
        let time = Timestamp::from_second(self.rng.i64(0..2_000_000_000)).expect("it is in range");
        loop {
            match self.replicas[at].machine.step(clock, time) {
                Step::Send(request) => self.send(at, *request),
                Step::Event(event) => self.event(at, &event),
                Step::Wait(until) => {
                    let wait = until.saturating_duration_since(clock).as_millis();
                    let wait = u64::try_from(wait).unwrap_or(u64::MAX).saturating_mul(1000);
                    assert!(until > clock, "a wait for what has passed");
                    let node = &mut self.replicas[at];
                    node.wake += 1;
                    let (wake, wait) = (node.wake, wait / node.rate + 1);
                    return self.after(wait, at, Event::Wake { number: wake });
                }
                Step::End => {
                    let works = (0..self.shards).any(|shard| self.works(at, shard));
                    assert!(!works, "r{at} ends while it works");
                    self.replicas[at].is_alive = false;
                    return;
                }
            }
        }
    }

    fn send(&mut self, at: usize, request: Request) {
        let id = self.queue.number();
        let name = request.name.clone();
        assert!(!self.replicas[at].requests.contains_key(&name), "two requests for {name}");
        self.replicas[at].requests.insert(name.clone(), id);
        let timeout = Machine::request_timeout(&self.replicas[at].settings);
        let timeout = u64::try_from(timeout.as_millis()).expect("it is short");
        self.after(timeout, at, Event::Timeout { id, name });
        if !self.is_lost(at) {
            let delay = self.delay();
            self.after(delay, at, Event::Request { id, request });
        }
    }

    fn event(&mut self, at: usize, event: &ShardEvent) {
        match *event {
            ShardEvent::Acquired { shard, epoch } => {
                self.acquired += 1;
                let highest = self.epochs.insert(shard, epoch);
                assert!(
                    highest.is_none_or(|highest| highest < epoch),
                    "an epoch that was there before"
                );
                for other in 0..self.replicas.len() {
                    assert!(!self.works(other, shard), "shard {shard}: r{other}, and now r{at}");
                }
                self.replicas[at].working.insert(shard, None);
            }
            ShardEvent::Lost { shard, stop_by, .. } => {
                let node = &mut self.replicas[at];
                let before = node.working.insert(shard, Some(stop_by));
                assert_eq!(before, Some(None), "r{at} loses what it does not have");
                let left = stop_by.saturating_duration_since(self.clock_of(at)).as_millis();
                let left =
                    u64::try_from(left).expect("it is short") * 1000 / self.replicas[at].rate;
                // Some report it as late as they may.
                let is_late = self.slow_callers || self.rng.u8(..8) == 0;
                let delay = if is_late { left } else { self.rng.u64(0..=left.min(2000)) };
                self.after(delay, at, Event::Stopped { shard });
            }
        }
    }

    /// Whether a replica works on a shard now, as far as it knows. A paused one may go on at any time.
    pub(super) fn works(&self, at: usize, shard: u32) -> bool {
        let node = &self.replicas[at];
        let Some(stop_by) = node.working.get(&shard).filter(|_| node.is_alive) else {
            return false;
        };
        let until = stop_by.or_else(|| node.machine.valid_until(shard));
        until.is_some_and(|until| self.clock_of(at) < until)
    }

    /// Kills a replica.
    pub(super) fn kill(&mut self, at: usize) {
        self.replicas[at].is_alive = false;
        self.replicas[at].working.clear();
    }

    /// Begins a clean stop.
    pub(super) fn shut_down(&mut self, at: usize) {
        let clock = self.clock_of(at);
        if self.replicas[at].is_alive && self.replicas[at].paused_until <= self.now {
            self.replicas[at].machine.shut_down(clock);
            self.step(at);
        }
    }

    pub(super) fn alive(&self) -> Vec<usize> {
        (0..self.replicas.len()).filter(|at| self.replicas[*at].is_alive).collect()
    }

    /// Returns how many shards each living replica works on.
    pub(super) fn loads(&self) -> Vec<usize> {
        let load = |at: usize| (0..self.shards).filter(|shard| self.works(at, *shard)).count();
        self.alive().into_iter().map(load).collect()
    }

    pub(super) fn is_covered(&self) -> bool {
        self.loads().iter().sum::<usize>() == self.shards as usize
    }

    pub(super) fn is_balanced(&self) -> bool {
        let loads = self.loads();
        self.is_covered() && loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 1
    }

    pub(super) fn stored(&self) -> impl Iterator<Item = &Lease> {
        self.server.leases.values()
    }
}
