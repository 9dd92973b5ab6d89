//! Sends requests to an API server: a trait, and its implementation for kube-client's client.
//!
//! - `read_ahead`: reads a response body in its own task.
//! - `gzip`: decodes a response body.
//! - `connection`: the span and counters of a connection.

pub(crate) mod connection;
mod gzip;
mod read_ahead;
#[cfg(test)]
mod tests;

use std::pin::Pin;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, Stream, TryStreamExt as _, stream};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use kube_client::client::Body;
use watch_protocol::encoding::Encoding;
use watch_protocol::error::Source;

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
        let accepts_gzip = Encoding::accepts_gzip(request.headers());
        async move {
            let response = Self::send(&client, request.map(|()| Body::empty())).await?;
            let is_success = response.status().is_success();
            let encoding = match Encoding::of_response(response.headers(), accepts_gzip) {
                // The HTTP status is enough.
                Err(_) if !is_success => {
                    return Ok(response.map(|_| -> Chunks { Box::pin(stream::empty()) }));
                }
                encoding => encoding?,
            };
            Ok(response.map(|body| -> Chunks {
                let chunks = body.into_data_stream().map_err(Source::from);
                Box::pin(match encoding {
                    Encoding::Identity => ReadAhead::new(chunks),
                    Encoding::Gzip => ReadAhead::new(gzip::decode(chunks)),
                })
            }))
        }
        .boxed()
    }
}
