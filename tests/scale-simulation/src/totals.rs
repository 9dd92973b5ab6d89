//! What is counted.

use std::collections::BTreeMap;

use crate::time::Micros;
use crate::usage::Usage;

#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) faults: BTreeMap<&'static str, u64>,
    pub(crate) lease_requests: u64,
    pub(crate) lease_changes_shown: u64,
    pub(crate) acquisitions: u64,
    pub(crate) lists: u64,
    pub(crate) commits: u64,
    /// Events of other shards, which were dropped.
    pub(crate) foreign_events: u64,
    /// Of the replicas, in thousandths of a core.
    pub(crate) utilisations: Vec<u64>,
    pub(crate) peak_utilisation: u64,
    pub(crate) peak_bytes: u64,
}

impl Totals {
    /// Counts what a replica has used up to now.
    pub(crate) fn used(&mut self, usage: &Usage, now: Micros) {
        self.utilisations.push(usage.utilisation(now));
        self.peak_utilisation = self.peak_utilisation.max(usage.peak_utilisation());
        self.peak_bytes = self.peak_bytes.max(usage.peak_bytes);
    }
}
