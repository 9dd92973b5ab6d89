//! How requests reach an API server: a small trait, and kube-client's client behind it.

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

/// An answer's body, a chunk at a time. It fails where the connection breaks.
pub(crate) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Source>> + Send>>;

/// Sends requests to one API server. Requests name a path; where the server is, is the transport's
/// to know.
pub(crate) trait Transport: Send + Sync {
    /// Sends a request and waits for the head of the answer. Dropping it, or the body, closes the
    /// exchange.
    fn send(&self, request: Request<()>) -> BoxFuture<'static, Result<Response<Chunks>, Source>>;
}

impl Transport for kube_client::Client {
    fn send(&self, request: Request<()>) -> BoxFuture<'static, Result<Response<Chunks>, Source>> {
        let client = self.clone();
        async move {
            let answer = Self::send(&client, request.map(|()| Body::empty())).await?;
            Ok(answer.map(|body| -> Chunks {
                Box::pin(ReadAhead::new(body.into_data_stream().map_err(Source::from)))
            }))
        }
        .boxed()
    }
}
