//! Goes on in a recording that exists: the file is the checkpoint.
//!
//! - `ending`: cuts off a torn line, and closes a torn zstd frame.
//! - `end_state`: what was recorded last.

pub(crate) mod end_state;
pub(crate) mod ending;
mod frames;
