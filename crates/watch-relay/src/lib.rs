//! Relays what is watched to message engines, databases and webhooks, each event once.
//!
//! - **What it is:** the daemon behind `watchables relay`: [durable streams](watch_durable) in, acknowledged
//!   [sinks](sink) out. A checkpoint moves after the sink's acknowledgement.
//! - **What it is not:** a queue. Events are kept by the engine that they are handed to; while a sink is down, the relay
//!   reads nothing more, and the API server keeps them for some minutes. After that, objects are compared.
//!
//! # Layers
//!
//! Each imports only earlier ones. `message` (what is relayed); `batch`; `redact`, `filter`, `projection`, `form` (what
//! becomes of an event); `nats` (connections and streams); `sink` (the interface, and the sinks); `checkpoints` (where
//! replicas keep theirs); `shards` (which replica does what), `tenure`, `shutdown`, `replicated`; `config`; `sinks` (makes
//! them), `dead_letters`, `last_objects`, `converter`, `watches`, `status`; `listen` (probes and metrics); `instance` (one
//! pipeline on one cluster); `relay`.

mod batch;
pub mod checkpoints;
pub mod config;
mod converter;
mod dead_letters;
mod filter;
pub mod form;
mod instance;
mod last_objects;
mod listen;
mod message;
mod nats;
mod projection;
mod redact;
mod relay;
mod replicated;
pub mod shards;
mod shutdown;
pub mod sink;
mod sinks;
mod status;
mod tenure;
#[cfg(test)]
mod testing;
mod watches;

/// What our own simulation of many clusters runs in virtual time. Not part of the API.
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub mod simulation {
    use std::time::Duration;

    use crate::instance;
    pub use crate::shards::simulation::hooks::*;

    /// The most events of a batch.
    pub const BATCH_EVENTS: usize = instance::BATCH_EVENTS;
    /// After how many events, and after what time, what was delivered is committed.
    pub const COMMIT_EVENTS: usize = instance::COMMIT_EVENTS;
    /// See [`COMMIT_EVENTS`].
    pub const COMMIT_INTERVAL: Duration = instance::COMMIT_INTERVAL;
}

pub use batch::Batch;
pub use config::{Config, ConfigError};
pub use listen::Listener;
pub use message::{Message, Payload};
pub use nats::{NatsCredentials, NatsTls, NatsUrl, Storage};
pub use relay::{Cluster, Relay};
pub use status::{InstanceSummary, StreamSummary};
