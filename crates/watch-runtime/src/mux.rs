//! Merges several watchers into one stream, to which watchers can be added while it runs.
//!
//! - `multiplexer`: the public handle.
//! - `shared_state`: the set of members that its clones share.
//! - `member`, `members`: a watcher with its type erased; the members by key, in insertion order.
//! - `ready_queue`: which members' streams were woken, and which members were added or removed.
//! - `slot`: one member while the multiplexer streams, with its backoff and its error callback.
//! - `stream`: the merged stream.

mod member;
mod members;
mod multiplexer;
mod ready_queue;
mod shared_state;
mod slot;
mod stream;
#[cfg(test)]
mod tests;

pub use member::MuxMember;
pub use multiplexer::MultiplexingWatcher;
pub use stream::MuxStream;
