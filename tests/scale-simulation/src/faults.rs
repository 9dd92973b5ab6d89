//! What fails, and when.

use std::collections::BTreeMap;

use crate::gaps::Cause;
use crate::instance::Phase;
use crate::plan::Plan;
use crate::queue::Event;
use crate::time::{MILLISECOND, Micros, SECOND};
use crate::world::World;

/// How long a pause waits for a write to be under way.
const MIDDLE: Micros = 10 * SECOND;

/// Something fails, for so long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) time: Micros,
    pub(crate) kind: FaultKind,
    pub(crate) lasts: Micros,
}

/// What fails. Replicas are meant by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FaultKind {
    /// A replica is killed, and started again afterwards.
    Kill(u32),
    /// A replica is stopped, and started again afterwards.
    Stop(u32),
    /// A replica stands still, and goes on.
    Pause(u32),
    /// A replica does not reach the server of the Leases.
    CutOff(u32),
    /// The server of the Leases is down.
    LeasesDown,
    /// The sink, which has the checkpoints, too, is down.
    SinkDown,
    /// The sink is slow.
    SinkSlow,
    /// The API server of a cluster is down.
    ClusterDown(u32),
    /// A cluster is not reached, while it goes on.
    ClusterCutOff(u32),
}

impl FaultKind {
    /// Names it in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kill(_) => "replica killed",
            Self::Stop(_) => "replica stopped",
            Self::Pause(_) => "replica paused",
            Self::CutOff(_) => "replica cut off from the Leases",
            Self::LeasesDown => "Leases' API server down",
            Self::SinkDown => "sink down",
            Self::SinkSlow => "sink slow",
            Self::ClusterDown(_) => "API server down",
            Self::ClusterCutOff(_) => "cluster not reached",
        }
    }
}

/// Makes the schedule of a plan, between two times.
pub(crate) fn schedule(plan: &Plan, from: Micros, until: Micros) -> Vec<Fault> {
    let Some(every) = plan.fault_every else { return Vec::new() };
    let mut rng = fastrand::Rng::with_seed(plan.seed ^ 0x5eed_fa17);
    let mut faults = Vec::new();
    let mut time = from;
    loop {
        time += rng.u64(every / 2..=every * 3 / 2);
        if time >= until {
            return faults;
        }
        let place = rng.u32(..plan.replicas);
        let cluster = rng.u32(..plan.clusters);
        let (kind, seconds) = match rng.u8(..20) {
            0..=3 => (FaultKind::Kill(place), 2..30),
            4..=6 => (FaultKind::Stop(place), 1..10),
            7..=9 => (FaultKind::Pause(place), 2..40),
            10..=11 => (FaultKind::CutOff(place), 3..40),
            12 => (FaultKind::LeasesDown, 3..40),
            13..=14 => (FaultKind::SinkDown, 1..60),
            15 => (FaultKind::SinkSlow, 5..30),
            16..=17 => (FaultKind::ClusterDown(cluster), 3..60),
            _ => (FaultKind::ClusterCutOff(cluster), 5..700),
        };
        let lasts = rng.u64(seconds.start * SECOND..seconds.end * SECOND);
        // Everything works again by the end.
        let lasts = lasts.min(until - time);
        faults.push(Fault { time, kind, lasts });
    }
}

/// Returns when the API servers of the clusters are down.
pub(crate) fn outages(faults: &[Fault]) -> BTreeMap<u32, Vec<(Micros, Micros)>> {
    let mut outages: BTreeMap<u32, Vec<_>> = BTreeMap::new();
    for fault in faults {
        if let FaultKind::ClusterDown(cluster) = fault.kind {
            outages.entry(cluster).or_default().push((fault.time, fault.time + fault.lasts));
        }
    }
    outages
}

impl World {
    /// A fault begins.
    pub(crate) fn fault(&mut self, at: u32) {
        let Fault { time, kind, lasts } = self.faults[at as usize];
        if let FaultKind::Pause(place) = kind
            && self.now < time + MIDDLE
            && !self.writes(place)
        {
            // In the middle of a write it is worst.
            return self.queue.push(self.now + MILLISECOND / 5, Event::Fault { at });
        }
        let until = self.now + lasts;
        *self.totals.faults.entry(kind.name()).or_default() += 1;
        match kind {
            FaultKind::Kill(place) => self.kill(place, until),
            FaultKind::Stop(place) => self.stop_replica(place, lasts),
            FaultKind::Pause(place) => self.pause(place, until),
            FaultKind::CutOff(place) => {
                let replica = self.places[place as usize];
                self.replicas[replica as usize].cut_until = until;
            }
            FaultKind::LeasesDown => self.leases_down_until = self.leases_down_until.max(until),
            FaultKind::SinkDown => self.sink.down_until = self.sink.down_until.max(until),
            FaultKind::SinkSlow => self.sink.slow_until = self.sink.slow_until.max(until),
            FaultKind::ClusterCutOff(cluster) => {
                self.clusters[cluster as usize].unreachable_until = until;
            }
            // It knows when it is down.
            FaultKind::ClusterDown(_) => {}
        }
    }

    /// Whether messages of a replica are about to leave.
    fn writes(&self, place: u32) -> bool {
        let replica = &self.replicas[self.places[place as usize] as usize];
        let mut instances = replica.held.values().flat_map(|held| &held.instances);
        instances.any(|instance| self.instances[*instance as usize].phase == Phase::Sending)
    }

    fn kill(&mut self, place: u32, until: Micros) {
        let number = self.places[place as usize];
        let replica = &mut self.replicas[number as usize];
        if !replica.is_alive {
            return;
        }
        replica.is_alive = false;
        self.totals.used(&replica.usage, self.now);
        for (lease, held) in std::mem::take(&mut replica.held) {
            if self.epochs[lease as usize] == held.epoch {
                self.gaps.begin(lease, Cause::Killed, self.now);
            }
            for instance in held.instances {
                self.close(instance);
                self.instances[instance as usize].phase = Phase::Ended;
            }
        }
        self.queue.push(until, Event::Start { place });
    }

    fn stop_replica(&mut self, place: u32, starts_after: Micros) {
        let number = self.places[place as usize];
        let replica = &mut self.replicas[number as usize];
        if replica.runs(self.now) && !replica.stops {
            replica.stops = true;
            replica.starts_after = starts_after;
            replica.machine.shut_down(replica.clock.at(self.now));
            self.decide(number);
        }
    }

    /// A replica has shut down.
    pub(crate) fn end_replica(&mut self, number: u32) {
        let replica = &mut self.replicas[number as usize];
        if !replica.is_alive {
            return;
        }
        if replica.held.values().any(|held| !held.instances.is_empty()) {
            self.checks.violated(format!("r{number} has shut down, and works"));
        }
        replica.is_alive = false;
        self.totals.used(&replica.usage, self.now);
        let (place, after) = (replica.place, replica.starts_after);
        self.queue.push(self.now + after, Event::Start { place });
    }

    fn pause(&mut self, place: u32, until: Micros) {
        let number = self.places[place as usize];
        let replica = &mut self.replicas[number as usize];
        if !replica.runs(self.now) {
            return;
        }
        replica.paused_until = until;
        for (lease, held) in &replica.held {
            if self.epochs[*lease as usize] == held.epoch {
                self.gaps.begin(*lease, Cause::Paused, self.now);
            }
        }
        self.queue.push(until, Event::Resume { replica: number });
    }

    /// A replica goes on after a pause: what it still holds was never lost.
    pub(crate) fn resume(&mut self, number: u32) {
        let replica = &self.replicas[number as usize];
        for (lease, held) in &replica.held {
            if self.epochs[*lease as usize] == held.epoch && replica.may_work(*lease, self.now) {
                self.gaps.cancel(*lease);
            }
        }
    }
}
