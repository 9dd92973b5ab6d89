//! Writes recordings of what watchers watch.
//!
//! - `parts`: the files of a recording that is split by size.
//! - `snapshot`: the state, copied from what was recorded before.
//! - `progress`: what was recorded last, of each source.
//! - `sink`: turns what is received into lines, snapshots and files.
//! - `open`: creates a recording, or goes on in one.
//! - `feed`: delivers what a watcher receives to the sink.
//! - `subject`: what the recording is of.
//! - `open_recorder`: runs the feeds and the thread that writes.
//! - `synthetic_recorder`: a recording of events that no watcher delivers.
//! - `recording_writer`: the same for other crates, with values of Secrets replaced.
//! - `recorder`: the public type, which brings watchers and a sink together.

mod feed;
mod open;
mod open_recorder;
mod parts;
mod progress;
pub(crate) mod recorder;
pub(crate) mod recording_writer;
mod sink;
mod snapshot;
mod subject;
pub(crate) mod synthetic_recorder;
#[cfg(test)]
mod tests;
