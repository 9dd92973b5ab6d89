//! Servers, messages, and a consumer that checks what was stored.

mod messages;
mod reader;

pub(crate) use engines::nats::{Cluster, Server};
pub(crate) use messages::{Event, batch, message};
pub(crate) use reader::{stored, stored_with};

pub(crate) use crate::ports::free_port;

use watch_relay::Batch;
use watch_relay::sink::nats::{NatsConfig, NatsSink, NatsStream};
use watch_relay::sink::{Fence, Sink as _, SinkError};

/// The configuration of a sink that creates its stream, `k8s`.
pub(crate) fn config(url: &str) -> NatsConfig {
    NatsConfig { create: Some(NatsStream::default()), ..NatsConfig::new(url) }
}

/// Opens a new sink.
pub(crate) async fn open(config: NatsConfig) -> NatsSink {
    let mut sink = NatsSink::new(config).expect("it is well formed");
    sink.open(None).await.expect("it opens");
    sink
}

/// Opens a sink, and delivers until nothing is pending, as the relay does. Returns the errors in between.
pub(crate) async fn deliver_all(
    sink: &mut NatsSink,
    fence: Option<&Fence>,
    batch: &mut Batch,
) -> Vec<SinkError> {
    let mut errors = Vec::new();
    while !batch.is_done() {
        let delivered = match sink.open(fence).await {
            Ok(()) => sink.deliver(batch).await,
            Err(error) => Err(error),
        };
        if let Err(error) = delivered {
            assert!(errors.len() < 1_000, "it does not recover: {error}");
            errors.push(error);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    errors
}

/// Returns an error with its causes, as it is shown.
pub(crate) fn text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
