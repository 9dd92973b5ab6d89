//! Sends requests to an API server: a trait, and its implementation for kube-client's client.
//!
//! - `read_ahead`: reads a response body in its own task.
//! - `connection`: the span and counters of a connection.

pub(crate) mod connection;
mod read_ahead;

use std::pin::Pin;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, Stream, TryStreamExt as _};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use kube_client::client::Body;

use crate::protocol::error::Source;
use crate::transport::read_ahead::ReadAhead;

/// The chunks of a response body. An error means that the connection broke.
pub(crate) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Source>> + Send>>;

/// Sends requests to one API server. The URI of a request is a path and query; the transport adds the
/// server's address.
pub(crate) trait Transport: Send + Sync {
    /// Sends a request and waits for the head of the response. Dropping the future or the body
    /// aborts the request.
    fn send(&self, request: Request<()>) -> BoxFuture<'static, Result<Response<Chunks>, Source>>;
}

impl Transport for kube_client::Client {
    fn send(&self, request: Request<()>) -> BoxFuture<'static, Result<Response<Chunks>, Source>> {
        let client = self.clone();
        async move {
            let response = Self::send(&client, request.map(|()| Body::empty())).await?;
            Ok(response.map(|body| -> Chunks {
                Box::pin(ReadAhead::new(body.into_data_stream().map_err(Source::from)))
            }))
        }
        .boxed()
    }
}
