//! Tests of a store that is fed without a server: random histories, threads, and what a look-up
//! looks at.

mod coalesced;
mod differences;
mod properties;
mod stress;
pub(crate) mod visits;
mod world;
