//! The sink of Kafka, against a broker whose data outlive it.

mod crashes;
mod delivery;
mod faults;
mod mock;
#[path = "../shared/ports.rs"]
mod ports;
mod relays;
mod security;
mod support;
