//! The connection between the watcher and the server.

use crate::wire::Request;

/// The state of the connection.
pub(crate) enum Link {
    Nothing,
    Requested(Request),
    /// A response with a complete body.
    Body(Vec<u8>),
    Watch(Connection),
    /// Broken. The watcher notices once it has read what was received before.
    Broken,
}

pub(crate) struct Connection {
    /// Written but not yet sent.
    pub(crate) pending: Vec<u8>,
    /// Everything up to this revision is written.
    pub(crate) position: u64,
    /// Whether bookmarks were requested.
    pub(crate) bookmarks: bool,
}
