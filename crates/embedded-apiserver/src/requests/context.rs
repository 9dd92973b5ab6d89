//! The context of requests: the store, the settings, and the count of open watches.

use std::net::SocketAddr;
use std::time::Duration;

use crate::store::Store;
use crate::support::counter::Counter;
use crate::support::release::Release;

/// The context that all requests share.
pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) release: Release,
    /// The bearer token that requests must carry, if any.
    pub(crate) token: Option<String>,
    /// Whether `shardSelector` is applied, instead of ignored.
    pub(crate) selects_shards: bool,
    pub(crate) bookmark_interval: Duration,
    /// The server's own address, which discovery names.
    pub(crate) address: SocketAddr,
    /// The watches that are open now.
    pub(crate) watches: Counter,
}
