//! HTTP: events are posted to a URL, at least once.

mod answer;
mod client;
mod config;
mod connection;
mod endpoint;
mod queues;

use std::fmt;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::HeaderMap;

use self::client::Client;
pub use self::config::HttpConfig;
use self::endpoint::Endpoint;
use crate::batch::Batch;
use crate::sink::{Fence, Sink, SinkError};

/// Posts events to a URL, one each or several together.
///
/// | answer | |
/// |---|---|
/// | 2xx, complete | stored |
/// | 400, 413, 422 | refused for good; if the request has several events, they are sent in smaller ones first |
/// | 408, 425, 429, 5xx, none | an error; `Retry-After` is obeyed up to a limit |
/// | 3xx, other 4xx | an error that a person must mend; it is tried again nevertheless |
///
/// An event may come more than once, with the same `id`: after an answer that was lost, and after a restart. Events of
/// one object come in order; those of different objects in any. A receiver cannot recognise a former holder of a shard, so a
/// [`Fence`] has no effect.
///
/// `deliver` is cancel safe in that nothing is lost; what was sent comes again.
pub struct HttpSink {
    endpoint: Arc<Endpoint>,
    client: Option<Client>,
}

impl HttpSink {
    /// Creates a sink. It connects when it delivers.
    ///
    /// # Errors
    ///
    /// Fails if the configuration is invalid.
    pub fn new(config: &HttpConfig) -> Result<Self, SinkError> {
        Ok(Self { endpoint: Arc::new(Endpoint::new(config)?), client: None })
    }

    /// Returns the client and the headers of this delivery. The client is made anew if its files have changed.
    fn refresh(&mut self) -> Result<(&Client, HeaderMap), SinkError> {
        let endpoint = &self.endpoint;
        let named = |error: SinkError| {
            SinkError::new(format!("{}: {error}", endpoint.name)).with_source(error)
        };
        let headers = endpoint.headers().map_err(named)?;
        let client = match self.client.take() {
            Some(client) if client.is_current() => client,
            _ => Client::new(endpoint).map_err(named)?,
        };
        Ok((self.client.insert(client), headers))
    }
}

impl Sink for HttpSink {
    fn name(&self) -> &str {
        &self.endpoint.name
    }

    fn open<'a>(&'a mut self, _: Option<&'a Fence>) -> BoxFuture<'a, Result<(), SinkError>> {
        let opened = self.refresh().map(|_| ());
        async move { opened }.boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a mut Batch) -> BoxFuture<'a, Result<(), SinkError>> {
        async move {
            let (client, headers) = self.refresh()?;
            let outcomes = queues::send(client, &headers, batch.pending()).await;
            for (at, outcome) in outcomes.known {
                match outcome {
                    Ok(()) => batch.stored(at),
                    Err(reason) => batch.refused(at, reason),
                }
            }
            outcomes.error.map_or(Ok(()), Err)
        }
        .boxed()
    }
}

impl fmt::Debug for HttpSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HttpSink").field(&self.endpoint.name).finish()
    }
}
