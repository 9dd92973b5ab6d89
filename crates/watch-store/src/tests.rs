//! Tests of a store that is fed without a server: random histories, threads, and what a look-up
//! looks at.

mod differences;
mod properties;
mod stress;
mod subscriber_ready;
pub(crate) mod visits;
mod world;
