//! The sink of NATS JetStream and the checkpoints there, against real servers.

mod checkpoints;
mod config;
mod crashes;
mod faults;
mod fences;
mod odd_names;
mod once;
mod own_shards;
#[path = "../shared/ports.rs"]
mod ports;
mod relays;
mod support;
mod tls;
