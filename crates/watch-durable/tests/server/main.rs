//! Durable streams of an API server, which is restarted, compacted and changed in between.

mod commits;
mod faults;
mod files;
mod journal;
mod mismatches;
mod multiplexer;
mod stores;
mod support;
mod tombstones;
