//! What an instance has counted.

use std::collections::HashMap;
use std::sync::Arc;

use watchable_core::ResourceInfo;

use super::Histogram;

/// What an instance has counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) received: u64,
    pub(crate) refused: u64,
    pub(crate) dead_letters: u64,
    pub(crate) retries: u64,
    pub(crate) repairs: u64,
    pub(crate) unreadable: u64,
    /// By resource and change.
    pub(crate) delivered: HashMap<(Arc<ResourceInfo>, &'static str), u64>,
    /// From when an event was received until the sink has acknowledged it.
    pub(crate) lag: Histogram,
}

impl Counts {
    pub(crate) fn add_delivered(
        &mut self,
        resource: &Arc<ResourceInfo>,
        change: &'static str,
        count: u64,
    ) {
        *self.delivered.entry((Arc::clone(resource), change)).or_default() += count;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.refused += other.refused;
        self.dead_letters += other.dead_letters;
        self.retries += other.retries;
        self.repairs += other.repairs;
        self.unreadable += other.unreadable;
        for ((resource, change), count) in &other.delivered {
            self.add_delivered(resource, change, *count);
        }
        self.lag.add(&other.lag);
    }
}
