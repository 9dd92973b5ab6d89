//! A cluster: its objects, the history that its API server still has, and whether it can be reached.

use std::collections::VecDeque;

use crate::costs::COMPACTION;
use crate::time::{Micros, SECOND};

/// A change of an object: each object's are counted from 1. Creations and deletions count as others do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) time: Micros,
    pub(crate) object: u32,
    pub(crate) serial: u32,
}

#[derive(Debug)]
pub(crate) struct Cluster {
    rng: fastrand::Rng,
    /// What the server has, and what will happen within a second.
    history: VecDeque<Change>,
    /// The version before the first change of the history.
    base: u64,
    serials: Vec<u32>,
    /// The time of the next change that is not in the history.
    next: Micros,
    /// The mean time between two changes.
    interval: f64,
    end: Micros,
    /// When the server is down: nothing changes then.
    pub(crate) outages: Vec<(Micros, Micros)>,
    /// Until when replicas cannot reach it.
    pub(crate) unreachable_until: Micros,
}

impl Cluster {
    pub(crate) fn new(seed: u64, objects: u32, changes_per_second: f64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            history: VecDeque::new(),
            base: 0,
            serials: vec![1; objects as usize],
            next: Micros::MAX,
            interval: SECOND as f64 / changes_per_second,
            end: Micros::MAX,
            outages: Vec::new(),
            unreachable_until: 0,
        }
    }

    /// Changes happen from now on, up to a time.
    pub(crate) fn begin(&mut self, now: Micros, end: Micros) {
        self.next = now;
        self.end = end;
        self.schedule();
    }

    fn schedule(&mut self) {
        let wait = -(1.0 - self.rng.f64()).ln() * self.interval;
        self.next += (wait as Micros).max(1);
        let outage = self.outages.iter().find(|(from, until)| (*from..*until).contains(&self.next));
        if let Some((_, until)) = outage {
            self.next = *until;
        }
        if self.next > self.end {
            self.next = Micros::MAX;
        }
    }

    /// Brings the history up to date, with a second to come.
    pub(crate) fn advance(&mut self, now: Micros) {
        while self.next <= now + SECOND {
            let objects = self.serials.len() as u32;
            // Half of the changes are of one object in a hundred.
            let most = if self.rng.bool() { objects } else { objects.div_ceil(100) };
            let object = self.rng.u32(..most);
            let serial = &mut self.serials[object as usize];
            *serial += 1;
            self.history.push_back(Change { time: self.next, object, serial: *serial });
            self.schedule();
        }
        let compacted = (now / COMPACTION * COMPACTION).saturating_sub(COMPACTION);
        while self.history.front().is_some_and(|change| change.time < compacted) {
            self.history.pop_front();
            self.base += 1;
        }
    }

    /// Whether the server still has all changes after a version.
    pub(crate) fn has_after(&self, version: u64) -> bool {
        version >= self.base
    }

    /// Returns the change that follows a version, which may not have happened yet.
    pub(crate) fn after(&self, version: u64) -> Option<Change> {
        let at = usize::try_from(version.checked_sub(self.base)?).ok()?;
        self.history.get(at).copied()
    }

    /// Returns the present version.
    pub(crate) fn version(&self, now: Micros) -> u64 {
        self.base + self.history.partition_point(|change| change.time <= now) as u64
    }

    /// Returns how often each object has changed by now.
    pub(crate) fn serials(&self, now: Micros) -> Vec<u32> {
        let mut serials = self.serials.clone();
        for change in self.history.iter().rev().take_while(|change| change.time > now) {
            serials[change.object as usize] = change.serial - 1;
        }
        serials
    }

    /// Returns how often each object has changed, what is to come within a second included.
    pub(crate) fn final_serials(&self) -> &[u32] {
        &self.serials
    }

    /// Returns the number of changes of all objects.
    pub(crate) fn changes(&self) -> u64 {
        self.base + self.history.len() as u64
    }

    /// Returns until when it cannot be used; `None` if it can.
    pub(crate) fn unavailable_until(&self, now: Micros) -> Option<Micros> {
        let outage = self.outages.iter().find(|(from, until)| (*from..*until).contains(&now));
        let until = outage.map_or(0, |(_, until)| *until).max(self.unreachable_until);
        (until > now).then_some(until)
    }
}
