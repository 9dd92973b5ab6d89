//! Reads lines from a recording, compressed or not.
//!
//! - `chunks`: pieces of text, from a plain file or from zstd frames.
//! - `lines`: whole lines with their places; what is cut off at the end, and damage.
//! - `zeros`: what a loss of power leaves at the end of a file.
//! - `backward`: searches a file from its end.

pub(crate) mod backward;
pub(crate) mod chunks;
pub(crate) mod lines;
pub(crate) mod zeros;
