//! Replays: what happened on another server, shown as it was there.

mod error;
mod handle;

pub use error::ReplayError;
pub use handle::{Applied, Replay};
