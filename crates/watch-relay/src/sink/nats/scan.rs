//! Reads what was stored last, for each subject of a stream.

use std::ops::ControlFlow;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::stream::{Info, Stream};

use crate::nats::{Connection, Failure, read_all};
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
    let each = |message: &Message, sequence| {
        marks.set_sequence(marks.subject(&message.subject), sequence);
        let header = |name| message.headers.as_ref().and_then(|headers| headers.get(name));
        if let (Some(id), Some(path)) = (header(ID), header(PATH)) {
            let seen = marks.stored(id.as_str(), path.as_str());
            // They come in the order in which they were stored.
            if let Some(seen) = seen.filter(|seen| !marks.has(seen)) {
                marks.raise(&seen);
            }
        }
        // Others may be writing: their messages follow, which do not matter.
        let is_last = sequence >= state.last_sequence;
        Ok(if is_last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    read_all(connection, stream, config, &what, each).await?;
    tracing::debug!(objects = marks.len(), "{what}");
    Ok(marks)
}
