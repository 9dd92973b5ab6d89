//! The sink in a program that was built without Kafka.

use futures::future::BoxFuture;

use super::config::KafkaConfig;
use crate::batch::Batch;
use crate::sink::{Fence, Sink, SinkError};

/// Stores events in Kafka; not in this program, which was built without the feature `kafka`.
#[derive(Debug)]
pub enum KafkaSink {}

impl KafkaSink {
    /// Creates no sink.
    ///
    /// # Errors
    ///
    /// Always fails.
    pub fn new(_: &KafkaConfig) -> Result<Self, SinkError> {
        Err(SinkError::new(
            "this program was built without Kafka: build it with `cargo build --package watchables-cli --features kafka`",
        ))
    }
}

impl Sink for KafkaSink {
    fn name(&self) -> &str {
        match *self {}
    }

    fn open<'a>(&'a mut self, _: Option<&'a Fence>) -> BoxFuture<'a, Result<(), SinkError>> {
        match *self {}
    }

    fn deliver<'a>(&'a mut self, _: &'a mut Batch) -> BoxFuture<'a, Result<(), SinkError>> {
        match *self {}
    }
}
