//! The time for which this replica holds a shard.

use std::fmt;
use std::time::Instant;

use watchable_core::selector::ShardRange;

use crate::shards::ReplicaHandle;
use crate::sink::Fence;

/// A shard that this replica holds.
#[derive(Clone, Debug)]
pub(crate) struct Tenure {
    pub(crate) shard: u32,
    pub(crate) range: ShardRange,
    shards: u32,
    epoch: u64,
    replica: ReplicaHandle,
}

impl Tenure {
    /// `None` if there is no such shard.
    pub(crate) fn new(shard: u32, shards: u32, epoch: u64, replica: ReplicaHandle) -> Option<Self> {
        let range = ShardRange::of(shard, shards)?;
        Some(Self { shard, range, shards, epoch, replica })
    }

    /// Whether the shard may be worked on now.
    pub(crate) fn is_valid(&self) -> bool {
        self.replica.valid_until(self.shard).is_some_and(|until| until > Instant::now())
    }

    /// What keeps earlier holders out of a stream.
    pub(crate) fn fence(&self, stream: &str) -> Fence {
        Fence { name: stream.to_owned(), epoch: self.epoch }
    }
}

/// The part of a name that identifies the shard.
impl fmt::Display for Tenure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard-{}-of-{}", self.shard, self.shards)
    }
}
