//! Relays what is watched to message engines, databases and webhooks, each event once.
//!
//! - **What it is:** the daemon behind `watchables relay`: [durable streams](watch_durable) in, acknowledged
//!   [sinks](sink) out. A checkpoint moves after the sink's acknowledgement.
//! - **What it is not:** a queue. Events are kept by the engine that they are handed to; while a sink is down, the relay
//!   reads nothing more, and the API server keeps them for some minutes. After that, objects are compared.
//!
//! ```
//! use watch_relay::Config;
//!
//! let config = Config::parse(
//!     "
//! checkpoints: /var/lib/watchables/relay.redb
//! pipelines:
//! - name: failures
//!   watch:
//!   - resources: [pods]
//!   filter: has(object.status.phase) && object.status.phase == 'Failed'
//!   to:
//!     file: {path: /var/log/failures.jsonl}
//! ",
//! )?;
//! config.check()?;
//! let error = Config::parse("pipelines: [{name: failures, watches: []}]").unwrap_err();
//! assert!(error.to_string().contains("watches"), "{error}");
//! # Ok::<(), watch_relay::ConfigError>(())
//! ```
//!
//! [`Relay::new`] takes it and the clusters, and [`Relay::run`] runs it.
//!
//! # Layers
//!
//! Each imports only earlier ones. `message` (what is relayed); `batch`; `redact`, `projection`, `form` (what
//! becomes of an event); `nats` (connections and streams); `sink` (the interface, and the sinks); `checkpoints` (where
//! replicas keep theirs); `shards` (which replica does what), `tenure`, `shutdown`, `held_shards`, `replicated`; `config`,
//! `config_file` (follows the file); `sinks` and `stores` (make them), `dead_letters`, `last_objects`, `converter`,
//! `watches`, `cluster`, `status`, `reload_counts`; `monitor`, `listen` (probes and metrics); `reading`, `outlet`
//! (delivers), `instance` (one pipeline on one cluster); `part` (what it is made of), `plan` (all of them), `changes`, `listed`, `supervisor` (runs a plan);
//! `reload`; `relay`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod batch;
mod changes;
pub mod checkpoints;
mod cluster;
pub mod config;
mod config_file;
mod converter;
mod dead_letters;
pub mod form;
mod held_shards;
mod instance;
mod last_objects;
mod listed;
mod listen;
mod message;
mod monitor;
mod nats;
mod outlet;
mod part;
mod plan;
mod projection;
mod reading;
mod redact;
mod relay;
mod reload;
mod reload_counts;
mod replicated;
pub mod shards;
mod shutdown;
pub mod sink;
mod sinks;
mod status;
mod stores;
mod supervisor;
mod tenure;
#[cfg(test)]
mod testing;
mod watches;

/// What our own simulation of many clusters runs in virtual time. Not part of the API.
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub mod simulation {
    use std::time::Duration;

    pub use crate::shards::simulation::hooks::*;
    use crate::{instance, reading};

    /// The most events of a batch.
    pub const BATCH_EVENTS: usize = reading::BATCH_EVENTS;
    /// After how many events, and after what time, what was delivered is committed.
    pub const COMMIT_EVENTS: usize = instance::COMMIT_EVENTS;
    /// See [`COMMIT_EVENTS`].
    pub const COMMIT_INTERVAL: Duration = instance::COMMIT_INTERVAL;
}

pub use batch::Batch;
pub use changes::Changes;
pub use cluster::Cluster;
pub use config::{Config, ConfigError};
pub use config_file::ConfigFile;
pub use listen::Listener;
pub use message::{Message, Payload};
pub use monitor::Monitor;
pub use nats::{NatsCredentials, NatsTls, NatsUrl, Storage};
pub use relay::Relay;
pub use reload::Reloader;
pub use status::{InstanceSummary, StreamSummary};
