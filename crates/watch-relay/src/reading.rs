//! Reads events, as many as are there and fit into a batch, and makes messages of them.

use futures::{FutureExt as _, StreamExt as _};
use tokio::time::Instant;
use watch_durable::{DurableError, DurableStream, EventMark};
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
    /// The last of the events.
    pub(crate) last: Option<EventMark>,
    /// Why the stream has ended, if it has.
    pub(crate) end: Option<DurableError>,
    bytes: usize,
}

impl Read {
    /// Whether it is a whole batch, or the last.
    pub(crate) fn is_full(&self) -> bool {
        self.events >= BATCH_EVENTS || self.bytes >= BATCH_BYTES || self.end.is_some()
    }

    /// Whether nothing was read.
    pub(crate) fn is_empty(&self) -> bool {
        self.events == 0 && self.end.is_none()
    }

    /// Reads what there is until it is full, at least one event.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what was read is in it.
    pub(crate) async fn read(
        &mut self,
        events: &mut DurableStream<DynamicObject>,
        converter: &mut Converter,
        status: &InstanceStatus,
    ) {
        let before = self.events;
        while !self.is_full() {
            let next = match events.next().now_or_never() {
                Some(next) => next,
                None if self.events > before => return,
                None => events.next().await,
            };
            match next {
                Some(Ok(event)) => {
                    self.events += 1;
                    self.last = Some(event.mark());
                    let received = Instant::now();
                    status.received(&event);
                    if let Some(message) = converter.convert(event) {
                        self.bytes += message.payload.body.len();
                        self.messages.push(message);
                        self.times.push(received);
                    }
                }
                // It was reported by the stream, and the object's next version comes again.
                Some(Err(error)) if !error.is_terminal() => {
                    tracing::warn!(error = one_line(&error), "an object cannot be read");
                    status.unreadable();
                }
                Some(Err(error)) => self.end = Some(error),
                None if self.events > before => return,
                // It does not end without an error.
                None => std::future::pending().await,
            }
        }
    }
}
