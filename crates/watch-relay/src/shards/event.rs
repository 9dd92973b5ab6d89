//! What a replica reports of its shards.

use std::fmt;
use std::time::Instant;

/// A change of what a replica holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardEvent {
    /// The replica holds a shard from now on.
    Acquired {
        /// The shard, counted from 0; if each cluster has shards of its own, through all of them in the order of the
        /// settings' clusters.
        shard: u32,
        /// The number of the tenure: higher than that of each earlier one, whoever had it. It is the Lease's
        /// `leaseTransitions`.
        epoch: u64,
    },
    /// The replica must stop what it does for a shard, and report it as
    /// [stopped](crate::shards::Replica::stopped).
    Lost {
        /// The shard.
        shard: u32,
        /// When nothing may be done for it any more. It has passed already if the process was paused.
        stop_by: Instant,
        /// Why.
        reason: LostReason,
    },
}

/// Why a replica loses a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LostReason {
    /// Another replica has too few: it takes the shard once it is released.
    Balance,
    /// This replica shuts down.
    Shutdown,
    /// The Lease could not be renewed in time.
    NotRenewed,
    /// The Lease was given to another holder, or taken away.
    TakenAway,
}

impl fmt::Display for LostReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Balance => "another replica takes it over",
            Self::Shutdown => "this replica shuts down",
            Self::NotRenewed => "its Lease could not be renewed in time",
            Self::TakenAway => "its Lease has another holder",
        })
    }
}
