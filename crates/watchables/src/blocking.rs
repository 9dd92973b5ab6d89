//! The API without async: events as an [`Iterator`].
//!
//! ```no_run
//! # #[cfg(feature = "rel_1_37")]
//! # fn program() -> Result<(), Box<dyn std::error::Error>> {
//! use watchables::StreamOptions;
//! use watchables::blocking::Watcher;
//! use watchables::rel_1_37::v1::Pod;
//!
//! let client = watchables::blocking::connect()?;
//! let watcher = Watcher::<Pod>::new(&client);
//! for event in watcher.stream(StreamOptions::managed()) {
//!     let event = event?;
//!     println!("{}, {:?}", event.etype, event.obj.metadata.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Inside an async task, use the async API: blocking there would block the executor's thread, so Tokio panics.

mod client;
#[cfg(feature = "durable")]
mod durable;
mod events;
mod multiplexing;
#[cfg(feature = "store")]
mod store;
#[cfg(feature = "store")]
mod stores;
mod watcher;

pub use client::{Client, ConnectError, connect};
#[cfg(feature = "durable")]
pub use durable::DurableEvents;
pub use events::Events;
pub use multiplexing::{MultiplexingWatcher, MuxEvents};
#[cfg(feature = "store")]
pub use store::{Store, Subscription};
#[cfg(feature = "store")]
pub use stores::Stores;
pub use watcher::Watcher;
