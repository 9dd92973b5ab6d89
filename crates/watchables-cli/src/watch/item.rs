//! What a stream of events yields.

use watchables::WatchEvent;

use super::seen::Seen;

/// An event, or an error that does not end the stream.
pub(crate) type Item = anyhow::Result<WatchEvent<Seen>>;
