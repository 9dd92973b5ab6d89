//! What a run has shown, for people.

use std::collections::BTreeMap;
use std::fmt;

use crate::gaps::{Cause, Gaps};
use crate::lag::Distribution;
use crate::plan::Plan;
use crate::time::{MILLISECOND, Micros, SECOND};
use crate::world::World;

/// The result of a run.
#[derive(Debug)]
pub struct Report {
    /// What was run.
    pub plan: Plan,
    /// What must never happen, and did; the first of them.
    pub violations: Vec<String>,
    /// How many there were in all.
    pub violation_count: u64,
    /// Changes of objects, without the first state.
    pub changes: u64,
    /// Messages that were stored, the first state included.
    pub stored: u64,
    /// Of these, those that a comparison found.
    pub repairs: u64,
    /// Changes that the API server no longer had, for which repairs stand.
    pub skipped: u64,
    /// Messages that came again and were recognised.
    pub recognised: u64,
    /// Messages of a former holder that were stored, each the next of its object.
    pub late: u64,
    /// How often a former holder was refused.
    pub fenced: u64,
    /// How often each kind of fault happened.
    pub faults: BTreeMap<&'static str, u64>,
    /// How long it took until everything that was there at the beginning was stored.
    pub first_state: Micros,
    /// From a change to its being stored.
    pub lag: Distribution,
    /// Times without a holder.
    pub gaps: BTreeMap<Cause, Gaps>,
    /// How often a Lease got a holder, the first ones included.
    pub acquisitions: u64,
    /// How often a stream was listed, the first time included.
    pub lists: u64,
    /// Commits since the changes began.
    pub commits: u64,
    /// Events of other shards that were dropped.
    pub foreign_events: u64,
    /// Requests for Leases that reached the server since the changes began.
    pub lease_requests: u64,
    /// Changes of Leases that replicas were shown since then.
    pub lease_changes_shown: u64,
    /// Shards of each replica at the end.
    pub loads: Vec<usize>,
    /// Of all replicas' cores, in thousandths.
    pub utilisation: u64,
    /// Of the busiest replica's core.
    pub highest_utilisation: u64,
    /// Of a core in its busiest ten seconds.
    pub peak_utilisation: u64,
    /// The most memory of a replica.
    pub peak_bytes: u64,
    /// How much of its time the sink works, in thousandths.
    pub sink_utilisation: u64,
    /// From the beginning of the changes to the end.
    pub time: Micros,
}

impl Report {
    pub(crate) fn new(mut world: World, first_state: Micros, before: Before) -> Self {
        let now = world.now;
        for replica in world.replicas.iter().filter(|replica| replica.is_alive) {
            world.totals.used(&replica.usage, now);
        }
        let loads = world.loads();
        let (checks, totals) = (world.checks, world.totals);
        let time = now - before.time;
        let used = &totals.utilisations;
        Self {
            violations: checks.violations,
            violation_count: checks.violation_count,
            changes: world.clusters.iter().map(crate::cluster::Cluster::changes).sum(),
            stored: checks.stored,
            repairs: checks.repairs,
            skipped: checks.skipped,
            recognised: checks.recognised,
            late: checks.late,
            fenced: checks.fenced,
            faults: totals.faults,
            first_state,
            lag: world.lag,
            gaps: world.gaps.closed,
            acquisitions: totals.acquisitions,
            lists: totals.lists,
            commits: totals.commits - before.commits,
            foreign_events: totals.foreign_events,
            lease_requests: totals.lease_requests - before.lease_requests,
            lease_changes_shown: totals.lease_changes_shown - before.lease_changes_shown,
            loads,
            utilisation: used.iter().sum::<u64>() / used.len().max(1) as u64,
            highest_utilisation: used.iter().copied().max().unwrap_or_default(),
            peak_utilisation: totals.peak_utilisation,
            peak_bytes: totals.peak_bytes,
            sink_utilisation: (world.sink.worked - before.sink_worked) * 1000 / time.max(1),
            time,
            plan: world.plan,
        }
    }

    /// Whether nothing was lost, stored twice or stored in the wrong order, and no shard had two holders.
    pub fn is_sound(&self) -> bool {
        self.violation_count == 0
    }
}

/// What was counted before the changes began.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    pub(crate) time: Micros,
    pub(crate) commits: u64,
    pub(crate) lease_requests: u64,
    pub(crate) lease_changes_shown: u64,
    pub(crate) sink_worked: Micros,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { clusters, objects, changes, replicas, .. } = self.plan;
        let seconds = (self.time / SECOND).max(1);
        let shards = self.plan.layout;
        writeln!(
            f,
            "seed {}: {clusters} clusters of {objects} objects, {changes} changes/s, {replicas} replicas, {shards}",
            self.plan.seed
        )?;
        writeln!(f, "first state stored after {}", Time(self.first_state))?;
        writeln!(
            f,
            "then {} s: {} changes, {} faults",
            seconds,
            self.changes,
            self.faults.values().sum::<u64>()
        )?;
        for (name, count) in &self.faults {
            writeln!(f, "  {name}: {count}")?;
        }
        let lag = &self.lag;
        writeln!(
            f,
            "lag: median {}, p99 {}, p99.9 {}, max {}",
            Time(lag.thousandth(500)),
            Time(lag.thousandth(990)),
            Time(lag.thousandth(999)),
            Time(lag.max())
        )?;
        writeln!(
            f,
            "stored {}, of these {} repairs, which stand for {} changes more; {} came again and were recognised",
            self.stored, self.repairs, self.skipped, self.recognised
        )?;
        writeln!(
            f,
            "former holders: refused {} times, stored {} times what was next",
            self.fenced, self.late
        )?;
        writeln!(
            f,
            "shards changed hands {} times; {} lists; shards of a replica at the end: {} to {}",
            self.acquisitions,
            self.lists,
            self.loads.iter().min().unwrap_or(&0),
            self.loads.iter().max().unwrap_or(&0)
        )?;
        for (cause, gaps) in &self.gaps {
            let (holder, delivery) = (&gaps.without_holder, &gaps.without_delivery);
            writeln!(
                f,
                "  {cause:?}: {} times without a holder for {} (median), {} (max); without delivery {}, {}",
                holder.count(),
                Time(holder.thousandth(500)),
                Time(holder.max()),
                Time(delivery.thousandth(500)),
                Time(delivery.max())
            )?;
        }
        writeln!(
            f,
            "a replica: {} of a core in the mean, {} the busiest, {} in its busiest 10 s; {} MB at most",
            Part(self.utilisation),
            Part(self.highest_utilisation),
            Part(self.peak_utilisation),
            self.peak_bytes / 1_000_000
        )?;
        writeln!(
            f,
            "Leases: {} requests/s, {} changes/s shown to replicas; {} commits/s; sink {} busy",
            self.lease_requests / seconds,
            self.lease_changes_shown / seconds,
            self.commits / seconds,
            Part(self.sink_utilisation)
        )?;
        writeln!(f, "events of other shards, dropped: {}/s", self.foreign_events / seconds)?;
        for violation in &self.violations {
            writeln!(f, "VIOLATION: {violation}")?;
        }
        write!(f, "{} violations", self.violation_count)
    }
}

struct Time(Micros);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < SECOND {
            write!(f, "{:.1} ms", self.0 as f64 / MILLISECOND as f64)
        } else {
            write!(f, "{:.1} s", self.0 as f64 / SECOND as f64)
        }
    }
}

struct Part(u64);

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} %", self.0 / 10, self.0 % 10)
    }
}
