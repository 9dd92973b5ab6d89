//! Shards of the work, and the replicas that hold them: each shard has one holder at a time, or none.
//!
//! A [`ReplicaSettings`] names a group of replicas. Each of them runs a [`Replica`], which reports the shards that it
//! holds. An object's shard is that of its uid's hash:
//! [`ShardRange`](watchable_core::selector::ShardRange).
//!
//! # Who holds what
//!
//! Each shard has a Lease, with client-go's fields and times, and so has each replica. The replicas watch all of them.
//! Shards are spread evenly, and as few move as possible: at once when a replica is added or stops, and within the 15
//! seconds of a Lease and a retry when one is killed.
//!
//! # Never two holders
//!
//! A replica stops before its Lease expires for others, if it cannot renew it: [`ShardEvent::Lost`] says by when.
//! Nothing of this depends on clocks being in agreement, only on their rates, up to a tenth. What no lease can exclude
//! is a process that is paused in the middle of a write, and finishes it afterwards. For that there is the
//! [epoch](ShardEvent::Acquired), with which a sink [fences](crate::sink::Fence) former holders.
//!
//! The epoch is the Lease's `leaseTransitions`. It goes on if a Lease is deleted while a replica runs. If all Leases are
//! deleted while none runs, it begins again: a sink that has recorded higher epochs then refuses all holders until these
//! are reached, or its record is removed.

mod event;
mod lease;
mod lease_requests;
mod lease_view;
mod lease_watch;
mod machine;
mod replica;
mod request;
mod settings;
mod share;
#[cfg(any(test, feature = "simulation"))]
pub(crate) mod simulation;
mod slot;

pub use event::{LostReason, ShardEvent};
pub use replica::{Replica, ReplicaHandle};
pub use settings::{InvalidReplica, ReplicaSettings, identity};
