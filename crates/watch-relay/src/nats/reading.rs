//! Reads what a stream has.

use std::ops::ControlFlow;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::stream::{ConsumerErrorKind, Info, Stream};
use futures::StreamExt as _;

use crate::nats::connection::Connection;
use crate::nats::failure::Failure;

/// Calls a function with each message that a stream has now, in order, and with its sequence, until it breaks. `what` is
/// what cannot be read if that fails.
pub(crate) async fn read_all(
    connection: &Connection,
    stream: &Stream<Info>,
    config: OrderedConfig,
    what: &str,
    mut each: impl FnMut(&Message, u64) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    let consumer = stream.create_consumer(config).await.map_err(|error| {
        let code = match error.kind() {
            ConsumerErrorKind::JetStream(inner) => Some(inner.error_code()),
            _ => None,
        };
        connection.failed(what, code, error)
    })?;
    let name = consumer.cached_info().name.clone();
    let mut left = consumer.cached_info().num_pending;
    let failed = |error| connection.failed(what, None, error);
    let mut messages = consumer.messages().await.map_err(failed)?;
    while left > 0 {
        let message = match tokio::time::timeout(connection.timeout, messages.next()).await {
            Ok(Some(Ok(message))) => message,
            Ok(Some(Err(error))) => return Err(connection.failed(what, None, error)),
            Ok(None) | Err(_) => return Err(connection.unanswered(what)),
        };
        let info = message.info().map_err(|error| {
            Failure::new(format!("{}: {what}", connection.name)).with_source(error)
        })?;
        left = info.pending;
        if each(&message, info.stream_sequence)?.is_break() {
            break;
        }
    }
    drop(messages);
    // It would end by itself, some seconds later.
    let _ = stream.delete_consumer(&name).await;
    Ok(())
}
