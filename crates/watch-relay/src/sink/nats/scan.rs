//! Reads what was stored last, for each subject of a stream.

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::stream::{ConsumerErrorKind, Info, Stream};
use futures::StreamExt as _;

use crate::nats::{Connection, Failure};
use crate::sink::nats::marks::Marks;
use crate::sink::nats::publish::{ID, PATH};

/// Reads the last message of each subject, without its body. Nothing is asked if the stream is empty.
pub(super) async fn read(
    connection: &Connection,
    stream: &Stream<Info>,
    filter: String,
    is_shared: bool,
) -> Result<Marks, Failure> {
    let mut marks = Marks::new(is_shared);
    let state = &stream.cached_info().state;
    if state.messages == 0 {
        return Ok(marks);
    }
    let what = format!("what was stored last in {filter}");
    let config = OrderedConfig {
        filter_subject: filter,
        headers_only: true,
        deliver_policy: DeliverPolicy::LastPerSubject,
        ..OrderedConfig::default()
    };
    let consumer = stream.create_consumer(config).await.map_err(|error| {
        let code = match error.kind() {
            ConsumerErrorKind::JetStream(inner) => Some(inner.error_code()),
            _ => None,
        };
        connection.failed(&what, code, error)
    })?;
    let name = consumer.cached_info().name.clone();
    if consumer.cached_info().num_pending == 0 {
        return Ok(marks);
    }
    let failed = |error| connection.failed(&what, None, error);
    let mut messages = consumer.messages().await.map_err(failed)?;
    loop {
        let next = tokio::time::timeout(connection.timeout, messages.next()).await;
        let message = match next {
            Ok(Some(Ok(message))) => message,
            Ok(Some(Err(error))) => return Err(connection.failed(&what, None, error)),
            Ok(None) | Err(_) => return Err(connection.unanswered(&what)),
        };
        let info = message.info().map_err(|error| {
            Failure::new(format!("{}: {what}", connection.name)).with_source(error)
        })?;
        marks.set_sequence(&message.subject, info.stream_sequence);
        let header = |name| message.headers.as_ref().and_then(|headers| headers.get(name));
        if let (Some(id), Some(path)) = (header(ID), header(PATH)) {
            let seen = marks.stored(id.as_str(), path.as_str());
            // They come in the order in which they were stored.
            if let Some(seen) = seen.filter(|seen| !marks.has(seen)) {
                marks.raise(&seen);
            }
        }
        // Others may be writing: their messages follow, which do not matter.
        if info.pending == 0 || info.stream_sequence >= state.last_sequence {
            break;
        }
    }
    drop(messages);
    // It would end by itself, some seconds later.
    let _ = stream.delete_consumer(&name).await;
    tracing::debug!(objects = marks.len(), "{what}");
    Ok(marks)
}
