//! Leases: the real decisions of each replica, and an API server that delays, loses and refuses.

use watch_relay::shards::{LostReason, ReplicaSettings, ShardEvent};
use watch_relay::simulation::{LeaseMachine, LeaseRequest, LeaseResponse, LeaseStep};

use crate::costs::{LEASE_CPU, LEASE_DELAY};
use crate::gaps::Cause;
use crate::instance::Phase;
use crate::queue::Event;
use crate::replica::{Clock, Held, OFFSETS, RATES, Replica};
use crate::sabotage::Sabotage;
use crate::time::{Micros, SECOND, micros};
use crate::usage::Usage;
use crate::world::World;

/// A request on its way, and its response.
pub(crate) struct Pending {
    pub(crate) replica: u32,
    pub(crate) request: Option<LeaseRequest>,
    pub(crate) response: Option<LeaseResponse>,
}

impl World {
    /// Starts the replica of a place.
    pub(crate) fn start_replica(&mut self, place: u32) {
        let number = self.replicas.len() as u32;
        let mut settings = ReplicaSettings::new("relay", "default", format!("r{number}"));
        settings.shards = self.plan.leases();
        let clock =
            Clock { base: self.base, offset: self.rng.u64(OFFSETS), rate: self.rng.u64(RATES) };
        let rng = fastrand::Rng::with_seed(self.rng.u64(..));
        let mut usage = Usage::default();
        usage.restart(self.now);
        self.replicas.push(Replica {
            place,
            machine: LeaseMachine::new(settings.clone(), rng, clock.at(self.now)),
            settings,
            clock,
            is_alive: true,
            paused_until: 0,
            cut_until: 0,
            stops: false,
            starts_after: 0,
            seen: 0,
            watch_is_due: true,
            wait: 0,
            held: std::collections::BTreeMap::new(),
            usage,
        });
        self.places[place as usize] = number;
        self.queue.push(self.now + SECOND / 100, Event::LeaseWatch { replica: number });
    }

    fn lease_delay(&mut self) -> Micros {
        let most = if self.rng.u8(..4) > 0 { LEASE_DELAY / 10 } else { LEASE_DELAY };
        self.rng.u64(1..=most)
    }

    fn reaches_leases(&self, replica: u32) -> bool {
        self.leases_down_until <= self.now && self.replicas[replica as usize].cut_until <= self.now
    }

    /// Shows a replica what has changed since it was shown something.
    pub(crate) fn lease_watch(&mut self, replica: u32) {
        if !self.reaches_leases(replica) {
            self.queue.push(self.now + SECOND, Event::LeaseWatch { replica });
            return;
        }
        let node = &mut self.replicas[replica as usize];
        node.watch_is_due = false;
        let before = node.seen;
        node.seen = node.machine.watched(&self.leases, before, node.clock.at(self.now));
        let changes = (node.seen - before) as u64;
        node.work(self.now, changes * LEASE_CPU);
        self.totals.lease_changes_shown += changes;
        self.decide(replica);
    }

    fn notify(&mut self) {
        for replica in 0..self.replicas.len() as u32 {
            let node = &mut self.replicas[replica as usize];
            if node.is_alive && !node.watch_is_due {
                node.watch_is_due = true;
                let delay = self.rng.u64(LEASE_DELAY / 2..=LEASE_DELAY);
                self.queue.push(self.now + delay, Event::LeaseWatch { replica });
            }
        }
    }

    pub(crate) fn lease_wake(&mut self, replica: u32, wait: u32) {
        if self.replicas[replica as usize].wait == wait {
            self.decide(replica);
        }
    }

    /// A request arrives at the server.
    pub(crate) fn lease_request(&mut self, number: u32) {
        if self.leases_down_until > self.now {
            return;
        }
        let Some(request) = &self.requests[number as usize].request else { return };
        let before = self.leases.changes();
        let response = self.leases.handle(request);
        self.totals.lease_requests += 1;
        if self.leases.changes() > before {
            self.notify();
        }
        let replica = self.requests[number as usize].replica;
        if self.reaches_leases(replica) {
            self.requests[number as usize].response = Some(response);
            let delay = self.lease_delay();
            self.queue.push(self.now + delay, Event::LeaseResponse { request: number });
        }
    }

    pub(crate) fn lease_response(&mut self, number: u32, is_timeout: bool) {
        let pending = &mut self.requests[number as usize];
        let Some(request) = pending.request.take() else { return };
        let response = pending.response.take().filter(|_| !is_timeout);
        let response = response.unwrap_or_else(|| request.timed_out());
        let replica = pending.replica;
        let node = &mut self.replicas[replica as usize];
        node.machine.responded(response, node.clock.at(self.now));
        self.decide(replica);
    }

    /// Does what a replica decides to do.
    pub(crate) fn decide(&mut self, replica: u32) {
        loop {
            let node = &mut self.replicas[replica as usize];
            let clock = node.clock.at(self.now);
            let time = jiff::Timestamp::from_microsecond(self.now as i64).unwrap_or_default();
            match node.machine.step(clock, time) {
                LeaseStep::Send(request) => self.send_lease_request(replica, request),
                LeaseStep::Event(event) => self.shard_event(replica, &event),
                LeaseStep::Wait(until) => {
                    node.wait += 1;
                    let event = Event::Wake { replica, wait: node.wait };
                    let until = node.clock.when(until).max(self.now + 1);
                    return self.queue.push(until, event);
                }
                LeaseStep::End => return self.end_replica(replica),
            }
        }
    }

    fn send_lease_request(&mut self, replica: u32, request: LeaseRequest) {
        let number = self.requests.len() as u32;
        let timeout = LeaseMachine::request_timeout(&self.replicas[replica as usize].settings);
        self.requests.push(Pending { replica, request: Some(request), response: None });
        self.queue.push(self.now + micros(timeout), Event::LeaseTimeout { request: number });
        if self.reaches_leases(replica) {
            let delay = self.lease_delay();
            self.queue.push(self.now + delay, Event::LeaseRequest { request: number });
        }
    }

    fn shard_event(&mut self, replica: u32, event: &ShardEvent) {
        match *event {
            ShardEvent::Acquired { shard, epoch } => self.acquired(replica, shard, epoch),
            ShardEvent::Lost { shard, stop_by, reason } => {
                if self.plan.sabotage == Some(Sabotage::GoesOn) {
                    return;
                }
                let cause = match reason {
                    LostReason::Balance => Cause::Balance,
                    LostReason::Shutdown => Cause::Stopped,
                    _ if self.leases_were_down() => Cause::LeasesDown,
                    _ => Cause::CutOff,
                };
                let node = &self.replicas[replica as usize];
                let abort = node.clock.when(stop_by).max(self.now);
                let Some(held) = node.held.get(&shard) else { return };
                if held.epoch == self.epochs[shard as usize] {
                    self.gaps.begin(shard, cause, self.now);
                }
                for instance in held.instances.clone() {
                    self.queue.push(abort, Event::Abort { instance });
                    self.stop_instance(instance);
                }
            }
        }
    }

    fn acquired(&mut self, replica: u32, lease: u32, epoch: u64) {
        let newest = &mut self.epochs[lease as usize];
        if *newest >= epoch {
            let text = format!("shard {lease}: epoch {epoch} comes after {newest}");
            self.checks.violated(text);
        }
        *newest = epoch;
        self.totals.acquisitions += 1;
        let others = self.replicas.iter().enumerate().filter(|(_, other)| other.runs(self.now));
        let works = |instance: &u32| self.instances[*instance as usize].phase != Phase::Ended;
        let others = others.filter(|(_, other)| {
            other.held.get(&lease).is_some_and(|held| held.instances.iter().any(works))
        });
        let others: Vec<_> = others.map(|(other, _)| other).collect();
        if !others.is_empty() {
            let text = format!("shard {lease}: r{replica} holds it, and {others:?} work on it");
            self.checks.violated(text);
        }
        self.gaps.held(lease, self.now);
        let streams = self.plan.streams_of(lease);
        let instances: Vec<_> = streams
            .into_iter()
            .map(|stream| self.create_instance(replica, stream, epoch))
            .collect();
        let held = Held { epoch, instances: instances.clone() };
        self.replicas[replica as usize].held.insert(lease, held);
        for instance in instances {
            self.start_instance(instance);
        }
    }

    /// Reports that nothing is done for a shard any more, once that is so.
    pub(crate) fn instance_ended(&mut self, replica: u32, lease: u32) {
        let node = &self.replicas[replica as usize];
        let Some(held) = node.held.get(&lease) else { return };
        let ended = |instance: &u32| self.instances[*instance as usize].phase == Phase::Ended;
        if held.instances.iter().all(ended) {
            let node = &mut self.replicas[replica as usize];
            node.held.remove(&lease);
            node.machine.stopped(lease);
            self.decide(replica);
        }
    }
}
