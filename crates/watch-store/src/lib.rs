//! The present state of what is watched, and how objects changed.

pub mod diff;

pub use diff::{Diff, DiffOptions};
