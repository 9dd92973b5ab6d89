//! The parts of the stream benches that stream-ours, stream-peer and stream-floor share.
//!
//! Each program creates its streams and passes closures for what differs. This crate knows no
//! watcher and no Kubernetes type.

mod drain;
mod idle;
mod list;
mod outage;

pub use drain::drain;
pub use idle::{Ready, idle};
pub use list::consume_list;
pub use outage::outage;

/// The error of a measurement.
pub type Error = Box<dyn std::error::Error>;
