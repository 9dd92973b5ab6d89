//! The world: clusters, engines, replicas, and what happens between them.

use std::time::Instant;

use watch_relay::simulation::LeaseServer;

use crate::checks::Checks;
use crate::cluster::Cluster;
use crate::faults::{self, Fault};
use crate::gaps::{Cause, GapLog};
use crate::instance::Instance;
use crate::lag::Distribution;
use crate::leases::Pending;
use crate::parts::Parts;
use crate::plan::Plan;
use crate::queue::{Event, Queue};
use crate::replica::Replica;
use crate::sink::Sink;
use crate::stream::{Checkpoint, Stream};
use crate::time::{Micros, SECOND};
use crate::totals::Totals;

pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) now: Micros,
    pub(crate) rng: fastrand::Rng,
    pub(crate) queue: Queue,
    /// What the replicas' clocks begin with.
    pub(crate) base: Instant,
    pub(crate) parts: Parts,
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) sink: Sink,
    pub(crate) leases: LeaseServer,
    pub(crate) leases_down_until: Micros,
    pub(crate) requests: Vec<Pending>,
    pub(crate) replicas: Vec<Replica>,
    /// The replica of each place.
    pub(crate) places: Vec<u32>,
    pub(crate) instances: Vec<Instance>,
    /// The highest epoch of each shard.
    pub(crate) epochs: Vec<u64>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) gaps: GapLog,
    pub(crate) lag: Distribution,
    pub(crate) checks: Checks,
    pub(crate) totals: Totals,
}

impl World {
    /// Creates a world in which nothing has been relayed yet.
    pub(crate) fn new(plan: &Plan) -> Self {
        let parts = Parts::new(plan.objects, plan.parts());
        let stream = |number| {
            let (cluster, part) = (number / plan.parts(), number % plan.parts());
            let objects = parts.members(part).len();
            let lease = if plan.leases() == plan.streams() { number } else { part };
            let checkpoint = Checkpoint { delivered: vec![0; objects], ..Checkpoint::default() };
            Stream { cluster, part, lease, stored: vec![0; objects], fence: 0, checkpoint }
        };
        let streams = (0..plan.streams()).map(stream).collect();
        let rate = f64::from(plan.changes) / f64::from(plan.clusters);
        let cluster = |number: u32| {
            let seed = plan.seed.wrapping_mul(0x9e37_79b9).wrapping_add(number.into());
            Cluster::new(seed, plan.objects, rate)
        };
        let mut world = Self {
            now: 0,
            rng: fastrand::Rng::with_seed(plan.seed),
            queue: Queue::default(),
            base: Instant::now(),
            clusters: (0..plan.clusters).map(cluster).collect(),
            parts,
            streams,
            sink: Sink::default(),
            leases: LeaseServer::default(),
            leases_down_until: 0,
            requests: Vec::new(),
            replicas: Vec::new(),
            places: vec![0; plan.replicas as usize],
            instances: Vec::new(),
            epochs: vec![0; plan.leases() as usize],
            faults: Vec::new(),
            gaps: GapLog::default(),
            lag: Distribution::default(),
            checks: Checks { sabotage: plan.sabotage, ..Checks::default() },
            totals: Totals::default(),
            plan: plan.clone(),
        };
        for lease in 0..plan.leases() {
            world.gaps.begin(lease, Cause::Beginning, 0);
        }
        for place in 0..plan.replicas {
            world.start_replica(place);
        }
        world
    }

    /// From now on, for as long as is planned, changes and faults happen.
    pub(crate) fn begin(&mut self) {
        let end = self.now + self.plan.time;
        self.faults = faults::schedule(&self.plan, self.now, end);
        for (at, fault) in self.faults.iter().enumerate() {
            self.queue.push(fault.time, Event::Fault { at: at as u32 });
        }
        for (cluster, outages) in faults::outages(&self.faults) {
            self.clusters[cluster as usize].outages = outages;
        }
        for cluster in &mut self.clusters {
            // Idle instances look every second.
            cluster.begin(self.now + 2 * SECOND, end);
        }
        for replica in &mut self.replicas {
            replica.usage.restart(self.now);
        }
    }

    /// Lets this much time pass.
    pub(crate) fn run(&mut self, time: Micros) {
        let end = self.now + time;
        while let Some((time, event)) = self.queue.pop(end) {
            self.now = time;
            self.happen(event);
        }
        self.now = end;
    }

    fn happen(&mut self, event: Event) {
        let replica = match event {
            Event::Wake { replica, .. } | Event::LeaseWatch { replica } => Some(replica),
            Event::LeaseResponse { request } | Event::LeaseTimeout { request } => {
                Some(self.requests[request as usize].replica)
            }
            Event::Step { instance, .. } | Event::Abort { instance } => {
                Some(self.instances[instance as usize].replica)
            }
            _ => None,
        };
        if let Some(replica) = replica.map(|replica| &self.replicas[replica as usize]) {
            if !replica.is_alive {
                return;
            }
            if replica.paused_until > self.now {
                return self.queue.push(replica.paused_until, event);
            }
        }
        match event {
            Event::Wake { replica, wait } => self.lease_wake(replica, wait),
            Event::LeaseWatch { replica } => self.lease_watch(replica),
            Event::LeaseRequest { request } => self.lease_request(request),
            Event::LeaseResponse { request } => self.lease_response(request, false),
            Event::LeaseTimeout { request } => self.lease_response(request, true),
            Event::Step { instance, step } => self.step(instance, step),
            Event::Abort { instance } => self.end_instance(instance),
            Event::Fault { at } => self.fault(at),
            Event::Start { place } => self.start_replica(place),
            Event::Resume { replica } => self.resume(replica),
        }
    }

    /// Whether the server of the Leases was down within the time of a Lease.
    pub(crate) fn leases_were_down(&self) -> bool {
        self.leases_down_until > 0 && self.leases_down_until + 15 * SECOND > self.now
    }

    /// Whether everything that has happened is stored.
    pub(crate) fn is_all_stored(&self) -> bool {
        self.missing() == 0
    }

    /// Returns how many objects have a state that is not stored.
    pub(crate) fn missing(&self) -> u64 {
        let mut missing = 0;
        for stream in &self.streams {
            let serials = self.clusters[stream.cluster as usize].final_serials();
            let members = self.parts.members(stream.part);
            let lacks = |(stored, object): &(&u32, &u32)| **stored != serials[**object as usize];
            missing += stream.stored.iter().zip(members).filter(lacks).count() as u64;
        }
        missing
    }

    /// Returns how many shards each replica has.
    pub(crate) fn loads(&self) -> Vec<usize> {
        let alive = self.replicas.iter().filter(|replica| replica.is_alive);
        alive.map(|replica| replica.held.len()).collect()
    }
}
