//! The I/O that a stream is waiting for.

use std::pin::Pin;

use futures::future::BoxFuture;
use http::Response;
use tokio::time::Sleep;
use watch_protocol::error::Source;

use crate::transport::Chunks;

/// The operation in progress; at most one at a time.
pub(super) enum Io {
    Idle,
    /// Waiting for the head of a response.
    Connecting(BoxFuture<'static, Result<Response<Chunks>, Source>>),
    /// Reading a response body.
    Reading(Chunks),
    /// Backing off.
    Sleeping(Pin<Box<Sleep>>),
}
