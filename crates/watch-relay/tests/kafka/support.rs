//! A broker, messages, and a consumer by somebody else that checks what was stored.

mod broker;
mod engine;
mod messages;
mod reader;

pub(crate) use broker::Broker;
pub(crate) use messages::{batch, change, message};
pub(crate) use reader::{Record, Stored, stored, stored_with};

use std::time::Duration;

use watch_relay::Batch;
use watch_relay::sink::kafka::{KafkaConfig, KafkaSink, KafkaTopic};
use watch_relay::sink::{Sink as _, SinkError};

/// The configuration of a sink that creates its topic, `k8s`.
pub(crate) fn config(url: &str) -> KafkaConfig {
    let create = KafkaTopic { partitions: Some(3), replicas: Some(1), ..KafkaTopic::default() };
    KafkaConfig { create: Some(create), ..KafkaConfig::new(url) }
}

pub(crate) fn sink(config: &KafkaConfig) -> KafkaSink {
    KafkaSink::new(config).expect("it is valid")
}

/// Opens a sink and delivers a batch.
pub(crate) async fn deliver(sink: &mut KafkaSink, batch: &mut Batch) -> Result<(), SinkError> {
    sink.open(None).await?;
    sink.deliver(batch).await
}

/// Delivers until nothing is pending, as the relay does. Returns the errors in between.
pub(crate) async fn deliver_all(sink: &mut KafkaSink, batch: &mut Batch) -> Vec<SinkError> {
    let mut errors = Vec::new();
    while !batch.is_done() {
        if let Err(error) = deliver(sink, batch).await {
            assert!(errors.len() < 1_000, "it does not recover: {error}");
            errors.push(error);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    errors
}

/// Delivers a batch, which must fail.
pub(crate) async fn error_of(config: &KafkaConfig) -> String {
    let mut sink = sink(config);
    let mut batch = batch([message("web", 1)]);
    let error = deliver(&mut sink, &mut batch).await.expect_err("it fails");
    assert_eq!(batch.pending().count(), 1, "it is delivered again");
    sink.close().await;
    error.to_string()
}
