//! Delivers what a watcher receives to the thread that writes.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::StreamExt as _;
use jiff::Timestamp;
use tokio::sync::mpsc::Sender;
use watch_runtime::{Delivered, RawEvent, RawEvents, WatchError, Watcher};
use watchable_core::DynamicObject;

use super::progress::{Received, ReceivedEvent, object_key, position_line};
use crate::line::PositionLine;
use watchable_core::redact::Redactor;

/// How much is sent at once: a message for each event would mostly wake the thread for each.
const BATCH: usize = 64;

/// What is sent to the thread that writes.
#[derive(Debug)]
pub(super) enum Message {
    /// In the order in which it was received.
    Received(Vec<Received>),
    Sync,
}

/// A watcher, with what was recorded of it.
pub(super) struct Feed {
    /// The place of the source.
    pub(super) source: usize,
    pub(super) watcher: Watcher<DynamicObject>,
    /// What was recorded before.
    pub(super) delivered: Delivered,
    /// The position that was sent last.
    pub(super) position: PositionLine,
    pub(super) redactor: Arc<Redactor>,
}

impl Feed {
    /// Sends until the watcher is stopped, or nobody receives any more.
    ///
    /// # Errors
    ///
    /// That of the watcher, if it fails.
    ///
    /// # Cancel safety
    ///
    /// What was received is sent if the future is dropped.
    pub(super) async fn run(self, sender: Sender<Message>) -> Result<(), WatchError> {
        let Self { source, watcher, delivered, position, redactor } = self;
        let events = watcher.resume_raw_events(delivered);
        let mut receiving = Receiving { source, watcher, events, sent: position, redactor };
        loop {
            // The place in the queue comes first, so that nothing that was received waits for one.
            let Ok(place) = sender.reserve().await else {
                // The thread that writes has ended, and says why.
                return Ok(());
            };
            let Batch { received, end } = poll_fn(|cx| receiving.poll_batch(cx)).await;
            let is_full = received.len() == BATCH;
            if !received.is_empty() {
                place.send(Message::Received(received));
            }
            if let Some(end) = end {
                return end;
            }
            if is_full {
                // A long list does not keep the other sources waiting.
                tokio::task::yield_now().await;
            }
        }
    }
}

/// A watcher whose events are received.
struct Receiving {
    source: usize,
    watcher: Watcher<DynamicObject>,
    events: RawEvents,
    /// The position that was sent last.
    sent: PositionLine,
    redactor: Arc<Redactor>,
}

/// What was received at once.
struct Batch {
    received: Vec<Received>,
    /// How the watcher has ended, if it has.
    end: Option<Result<(), WatchError>>,
}

impl Receiving {
    /// Takes what is ready, up to a whole batch.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<Batch> {
        let mut received = Vec::new();
        for _ in 0..BATCH {
            match self.events.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(event))) => {
                    self.has_moved();
                    let event = self.event(event);
                    received.extend(event.map(|event| self.received(Some(event))));
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Batch { received, end: Some(Err(error)) });
                }
                Poll::Ready(None) => return Poll::Ready(Batch { received, end: Some(Ok(())) }),
                Poll::Pending => {
                    // Bookmarks and the ends of lists are no items.
                    if self.has_moved() {
                        received.push(self.received(None));
                    }
                    if received.is_empty() {
                        return Poll::Pending;
                    }
                    break;
                }
            }
        }
        Poll::Ready(Batch { received, end: None })
    }

    fn received(&self, event: Option<ReceivedEvent>) -> Received {
        let (source, position) = (self.source, self.sent.clone());
        Received { source, time: Timestamp::now(), position, event }
    }

    /// Whether the position is another one than the one that was sent last. Then it becomes that one.
    fn has_moved(&mut self) -> bool {
        let position = position_line(self.events.position());
        let has_moved = position != self.sent;
        self.sent = position;
        has_moved
    }

    /// Returns what is recorded of an event. An object that does not decode is in the log, and not in the recording.
    fn event(&mut self, event: RawEvent) -> Option<ReceivedEvent> {
        let RawEvent { delivery, key } = event;
        let object = match self.watcher.decode(&delivery) {
            Ok(object) => object,
            Err(error) => {
                self.events.record_undecodable(&delivery, error);
                return None;
            }
        };
        self.events.record_decoded(&delivery);
        let identity = &delivery.identity;
        Some(ReceivedEvent {
            etype: delivery.etype,
            origin: delivery.origin,
            // Deletions have none.
            key: key.unwrap_or_else(|| object_key(&identity.namespace, &identity.name)),
            version: identity.version.clone(),
            object: self.redactor.redact_owned(object.into_json()),
        })
    }
}
