//! Hands on what is watched to message engines, databases and webhooks, each event once.
//!
//! - **What it is:** the daemon behind `watchables relay`: [durable streams](watch_durable) in, acknowledged [sinks](sink)
//!   out. A checkpoint moves after the sink's acknowledgement.
//! - **What it is not:** a queue. Events are kept by the engine that they are handed to.
//!
//! # Layers
//!
//! Each imports only earlier ones. `message` (what is handed on); `batch`; `sink` (the interface).

mod batch;
mod message;
pub mod shards;
pub mod sink;

pub use batch::Batch;
pub use message::{Message, Payload};
