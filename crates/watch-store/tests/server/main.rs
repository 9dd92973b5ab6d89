//! Stores of watchers that watch the embedded server.

mod changes;
mod clusters;
mod compact;
mod faults;
mod lookups;
mod multiplexer;
mod readiness;
mod support;
mod undecodable;
mod waits;
mod written;
