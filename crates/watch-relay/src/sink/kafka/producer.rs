//! The sink: one client, and what is on its way.

use std::fmt;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::client::Client;
use super::config::KafkaConfig;
use super::delivery::Delivery;
use super::target::Target;
use super::topics::Topics;
use crate::batch::Batch;
use crate::sink::{Fence, Sink, SinkError};

/// Stores events in topics of Kafka.
///
/// Each event is stored at least once, and once as long as neither the relay nor its producer is replaced. A [`Fence`] has
/// no effect. `open` and `deliver` are cancel safe.
pub struct KafkaSink {
    target: Target,
    client: Option<Client>,
    topics: Topics,
    delivery: Delivery,
}

impl KafkaSink {
    /// Creates a sink. It connects when it is opened.
    ///
    /// # Errors
    ///
    /// Fails if the configuration is invalid.
    pub fn new(config: &KafkaConfig) -> Result<Self, SinkError> {
        let (topics, delivery) = (Topics::default(), Delivery::default());
        Ok(Self { target: Target::new(config)?, client: None, topics, delivery })
    }

    async fn open(&mut self) -> Result<(), SinkError> {
        if self.client.as_ref().is_some_and(Client::is_over) {
            self.disconnect().await;
        }
        if self.client.is_none() {
            let client = Client::new(&self.target).map_err(|error| {
                SinkError::new(format!("{}: {error}", self.target.name)).with_source(error)
            })?;
            self.client = Some(client);
        }
        let client = self.client.as_ref().expect("it was put there");
        // A topic may have been deleted since.
        self.topics.clear();
        match self.target.template.fixed() {
            Some(topic) => self.topics.ensure(client, &self.target, &topic).await,
            None => Ok(()),
        }
    }

    async fn deliver(&mut self, batch: &mut Batch) -> Result<(), SinkError> {
        if self.delivery.is_hopeless() {
            let sink = &self.target.name;
            tracing::warn!(sink, "brokers answer, and store nothing: the producer is replaced");
        }
        if self.delivery.is_hopeless() || self.delivery.is_of_another(batch) {
            self.disconnect().await;
            self.open().await?;
        }
        let Some(client) = &self.client else {
            return Err(SinkError::new(format!("{} is not open", self.target.name)));
        };
        self.delivery.run(client, &self.target, &mut self.topics, batch).await
    }

    async fn disconnect(&mut self) {
        self.delivery.forget();
        if let Some(client) = self.client.take() {
            client.close().await;
        }
    }
}

impl Sink for KafkaSink {
    fn name(&self) -> &str {
        &self.target.name
    }

    fn open<'a>(&'a mut self, _: Option<&'a Fence>) -> BoxFuture<'a, Result<(), SinkError>> {
        self.open().boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a mut Batch) -> BoxFuture<'a, Result<(), SinkError>> {
        self.deliver(batch).boxed()
    }

    fn close(&mut self) -> BoxFuture<'_, ()> {
        self.disconnect().boxed()
    }
}

impl fmt::Debug for KafkaSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KafkaSink").field(&self.target.name).finish()
    }
}
