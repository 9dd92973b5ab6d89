//! The time for which this replica holds a shard.

use std::fmt;
use std::time::Instant;

use watchable_core::selector::ShardRange;

use crate::shards::{ReplicaHandle, ReplicaSettings};
use crate::sink::Fence;

/// A shard that this replica holds.
#[derive(Clone, Debug)]
pub(crate) struct Tenure {
    pub(crate) range: ShardRange,
    /// Whose objects these are; `None` if it is a part of all clusters.
    cluster: Option<String>,
    /// The shard among all that the replicas share.
    number: u32,
    /// The shard among the cluster's, and how many it has.
    shard: u32,
    shards: u32,
    epoch: u64,
    replica: ReplicaHandle,
}

impl Tenure {
    /// `None` if there is no such shard.
    pub(crate) fn new(
        settings: &ReplicaSettings,
        number: u32,
        epoch: u64,
        replica: ReplicaHandle,
    ) -> Option<Self> {
        let (cluster, shard) = settings.place(number);
        let cluster = cluster.map(str::to_owned);
        let shards = settings.shards;
        let range = ShardRange::of(shard, shards)?;
        Some(Self { range, cluster, number, shard, shards, epoch, replica })
    }

    /// Whether there is something of a cluster in the shard.
    pub(crate) fn covers(&self, cluster: Option<&str>) -> bool {
        self.cluster.is_none() || self.cluster.as_deref() == cluster
    }

    /// Whether the shard may be worked on now.
    pub(crate) fn is_valid(&self) -> bool {
        self.replica.valid_until(self.number).is_some_and(|until| until > Instant::now())
    }

    /// What keeps earlier holders out of a stream.
    pub(crate) fn fence(&self, stream: &str) -> Fence {
        Fence { name: stream.to_owned(), epoch: self.epoch }
    }
}

/// The part of a name that identifies the shard. Other Leases count other epochs, so that shards of all clusters and those
/// of one have different names.
impl fmt::Display for Tenure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = if self.cluster.is_some() { "own-" } else { "" };
        write!(f, "{own}shard-{}-of-{}", self.shard, self.shards)
    }
}
