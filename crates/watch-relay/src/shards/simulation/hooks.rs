//! The decisions about Leases for the simulation of many clusters, which is a package of its own.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::server::{Change, Server};
use crate::shards::machine::{Machine, Step};
use crate::shards::request::{Failure, Outcome, Request};
use crate::shards::{ReplicaSettings, ShardEvent};

/// What a replica decides.
#[derive(Debug)]
pub struct LeaseMachine(Machine);

/// What is to be done next.
#[derive(Debug)]
pub enum LeaseStep {
    /// Send a request.
    Send(LeaseRequest),
    /// A shard was acquired or lost.
    Event(ShardEvent),
    /// Wait until something happens, or until this time.
    Wait(Instant),
    /// The replica has shut down.
    End,
}

/// A request for a Lease.
#[derive(Debug)]
pub struct LeaseRequest(Box<Request>);

/// What became of a request.
#[derive(Debug)]
pub struct LeaseResponse {
    name: String,
    outcome: Outcome,
}

/// An API server's Leases.
#[derive(Debug, Default)]
pub struct LeaseServer(Server);

impl LeaseMachine {
    /// Creates a replica. The settings must be valid.
    pub fn new(settings: ReplicaSettings, rng: fastrand::Rng, now: Instant) -> Self {
        Self(Machine::new(settings, rng, now))
    }

    /// How long the response to a request may take.
    pub fn request_timeout(settings: &ReplicaSettings) -> Duration {
        Machine::request_timeout(settings)
    }

    /// A watch has shown what has happened since so many changes. Returns how many there are now.
    pub fn watched(&mut self, server: &LeaseServer, seen: usize, now: Instant) -> usize {
        for change in &server.0.changes[seen..] {
            match change.clone() {
                Change::Put(lease) => self.0.watched(*lease, now),
                Change::Deleted { name, version } => self.0.watched_deletion(&name, &version, now),
            }
        }
        self.0.synced(now);
        server.changes()
    }

    /// Nothing is done for a shard any more.
    pub fn stopped(&mut self, shard: u32) {
        self.0.stopped(shard);
    }

    /// Begins a clean stop.
    pub fn shut_down(&mut self, now: Instant) {
        self.0.shut_down(now);
    }

    /// Until when a shard may be worked on.
    pub fn valid_until(&self, shard: u32) -> Option<Instant> {
        self.0.valid_until(shard)
    }

    /// A request was answered, or was not in time.
    pub fn responded(&mut self, response: LeaseResponse, now: Instant) {
        self.0.responded(&response.name, response.outcome, now);
    }

    /// Returns what to do next. `time` is what is written into Leases.
    pub fn step(&mut self, now: Instant, time: Timestamp) -> LeaseStep {
        match self.0.step(now, time) {
            Step::Send(request) => LeaseStep::Send(LeaseRequest(request)),
            Step::Event(event) => LeaseStep::Event(event),
            Step::Wait(until) => LeaseStep::Wait(until),
            Step::End => LeaseStep::End,
        }
    }
}

impl LeaseRequest {
    /// What is reported if there was no response in time.
    pub fn timed_out(&self) -> LeaseResponse {
        LeaseResponse { name: self.0.name.clone(), outcome: Err(Failure::Other) }
    }
}

impl LeaseServer {
    /// Carries out a request.
    pub fn handle(&mut self, request: &LeaseRequest) -> LeaseResponse {
        let Request { name, verb } = &*request.0;
        LeaseResponse { name: name.clone(), outcome: self.0.handle(name, verb) }
    }

    /// How many changes there have been.
    pub fn changes(&self) -> usize {
        self.0.changes.len()
    }
}
