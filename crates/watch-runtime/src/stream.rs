//! The stream of a watcher: drives the protocol's state machine with a transport and a clock.
//!
//! - `watch_stream`: the public type.
//! - `raw_events`: the public type for stores, which decode objects themselves.
//! - `driver`: executes what the state machine requests, until there is an item or nothing to do.
//! - `io`: the request, response body or sleep in progress.
//! - `shared`: what the streams of one watcher share: delivered objects, status, resume position.
//! - `stop`, `resume_position`, `deadline_timer`: parts without dependencies.

mod deadline_timer;
mod driver;
mod io;
mod raw_events;
pub(crate) mod resume_position;
pub(crate) mod shared;
pub(crate) mod stop;
#[cfg(test)]
mod tests;
mod watch_stream;

pub use raw_events::{RawEvent, RawEvents};
pub use watch_stream::WatchStream;
