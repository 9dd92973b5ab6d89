//! Several watchers in one stream, added and removed while it runs.

mod member;
mod members;
mod multiplexer;
mod ready;
mod slot;
mod stream;
#[cfg(test)]
mod tests;

pub use member::MuxMember;
pub use multiplexer::MultiplexingWatcher;
pub use stream::MuxStream;
