//! What probes and metrics show of a relay.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::held_shards::{HeldShards, Shards};
use crate::reload_counts::{ReloadCounts, Reloads};
use crate::status::{InstanceSummary, Statuses, Totals};

/// What probes and metrics show of a relay.
#[derive(Clone, Debug, Default)]
pub struct Monitor {
    pub(crate) statuses: Statuses,
    pub(crate) shards: HeldShards,
    pub(crate) reloads: ReloadCounts,
    unhealthy_after_nanos: Arc<AtomicU64>,
}

impl Monitor {
    /// Returns how the instances are, in the order in which they began first; of replicas, those of the shards that this
    /// one holds.
    pub fn instances(&self) -> Vec<InstanceSummary> {
        self.statuses.summaries()
    }

    /// Returns after what time without a sign of one of its streams the relay is unhealthy.
    pub fn unhealthy_after(&self) -> Duration {
        Duration::from_nanos(self.unhealthy_after_nanos.load(Ordering::Relaxed))
    }

    /// Sets after what time without a sign of one of its streams the relay is unhealthy, in place of what the
    /// configuration says, until that is reloaded.
    pub fn set_unhealthy_after(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.unhealthy_after_nanos.store(nanos, Ordering::Relaxed);
    }

    pub(crate) fn totals(&self) -> Vec<Totals> {
        self.statuses.totals()
    }

    pub(crate) fn shards(&self) -> Shards {
        self.shards.get()
    }

    pub(crate) fn reloads(&self) -> Reloads {
        self.reloads.get()
    }
}
