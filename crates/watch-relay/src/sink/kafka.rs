//! Kafka: each event is a record whose key is the object, so that those of one object are in one partition, in order.
//!
//! # How
//!
//! - **Order.** All pending records of a batch are handed to an idempotent producer together (`acks=all`), which keeps the
//!   order within a partition over its own retries. If one fails, those of its object that follow it are sent again after
//!   it, even if they were stored.
//! - **Outages.** Records that are on their way stay with the producer, however long a broker is away: it recognises on the
//!   broker's side what was stored before the connection broke. They are sent anew only by another producer: after an
//!   error that ends this one, and after a restart of the relay.
//! - **Too large.** A broker refuses records that were sent together without saying which is at fault. They are sent one by
//!   one then.
//! - **Former holders** of a shard are not kept out.

#[cfg(not(feature = "kafka"))]
mod absent;
#[cfg(feature = "kafka")]
mod client;
mod config;
#[cfg(feature = "kafka")]
mod delivery;
#[cfg(feature = "kafka")]
mod failure;
#[cfg(feature = "kafka")]
mod notices;
#[cfg(feature = "kafka")]
mod producer;
#[cfg(feature = "kafka")]
mod record;
#[cfg(feature = "kafka")]
mod target;
#[cfg(feature = "kafka")]
mod topic;
#[cfg(feature = "kafka")]
mod topics;

#[cfg(not(feature = "kafka"))]
pub use absent::KafkaSink;
pub use config::{Compression, KafkaConfig, KafkaCredentials, KafkaTopic, Mechanism};
#[cfg(feature = "kafka")]
pub use producer::KafkaSink;
