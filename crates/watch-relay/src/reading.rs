//! Reads events, as many as are there and fit into a batch, and makes messages of them.

use std::pin::pin;

use futures::{FutureExt as _, StreamExt as _};
use tokio::time::Instant;
use watch_durable::{DurableError, DurableStream};
use watch_protocol::error::one_line;
use watchable_core::DynamicObject;

use crate::converter::Converter;
use crate::message::Message;
use crate::status::InstanceStatus;

/// The most events and the most bytes that are delivered together.
pub(crate) const BATCH_EVENTS: usize = 512;
const BATCH_BYTES: usize = 4 << 20;

/// What was read.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) events: usize,
    pub(crate) messages: Vec<Message>,
    /// When each of the messages' events was received.
    pub(crate) times: Vec<Instant>,
    /// Why the stream has ended, if it has.
    pub(crate) end: Option<DurableError>,
}

/// Reads what there is, at least one event.
///
/// # Cancel safety
///
/// What was read is lost if the future is dropped after its first event; it is never pending after that.
pub(crate) async fn read(
    events: &mut DurableStream<DynamicObject>,
    converter: &mut Converter,
    status: &InstanceStatus,
) -> Read {
    let mut read = Read::default();
    let mut bytes = 0;
    let mut next = pin!(events.next()).await;
    loop {
        match next {
            Some(Ok(event)) => {
                read.events += 1;
                let received = Instant::now();
                status.received(&event);
                if let Some(message) = converter.convert(event) {
                    bytes += message.payload.body.len();
                    read.messages.push(message);
                    read.times.push(received);
                }
            }
            // It was reported by the stream, and the object's next version comes again.
            Some(Err(error)) if !error.is_terminal() => {
                tracing::warn!(error = one_line(&error), "an object cannot be read");
                status.unreadable();
            }
            Some(Err(error)) => read.end = Some(error),
            None => return read,
        }
        let is_full = read.events >= BATCH_EVENTS || bytes >= BATCH_BYTES;
        if is_full || read.end.is_some() {
            return read;
        }
        next = match events.next().now_or_never() {
            Some(next) => next,
            None if read.events > 0 => return read,
            None => events.next().await,
        };
    }
}
