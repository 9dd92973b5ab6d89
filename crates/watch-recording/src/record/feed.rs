//! Brings what a watcher receives to the thread that writes.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use futures::StreamExt as _;
use jiff::Timestamp;
use tokio::sync::mpsc::Sender;
use watch_runtime::{Delivered, RawEvent, RawEvents, WatchError, Watcher};
use watchable_core::DynamicObject;

use super::progress::{Received, ReceivedEvent, key, position_line};
use crate::line::PositionLine;
use watchable_core::redact::Redactor;

/// What is sent to the thread that writes.
#[derive(Debug)]
pub(super) enum Message {
    Received(Received),
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

/// What a source does next.
enum Next {
    Event(RawEvent),
    Moved,
    Ended(Option<WatchError>),
}

impl Feed {
    /// Sends until the watcher is stopped, or nobody receives any more.
    ///
    /// # Errors
    ///
    /// That of the watcher, if it fails.
    pub(super) async fn run(self, sender: Sender<Message>) -> Result<(), WatchError> {
        let Self { source, watcher, delivered, position, redactor } = self;
        let mut events = watcher.resume_raw_events(delivered);
        let mut sent = position;
        loop {
            let next = poll_fn(|cx| match events.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(event))) => Poll::Ready(Next::Event(event)),
                Poll::Ready(Some(Err(error))) => Poll::Ready(Next::Ended(Some(error))),
                Poll::Ready(None) => Poll::Ready(Next::Ended(None)),
                // Bookmarks and the ends of lists are no items.
                Poll::Pending if has_moved(&mut sent, &events) => Poll::Ready(Next::Moved),
                Poll::Pending => Poll::Pending,
            });
            let event = match next.await {
                Next::Event(event) => {
                    has_moved(&mut sent, &events);
                    let Some(event) = received(&watcher, &mut events, &event, &redactor) else {
                        continue;
                    };
                    Some(event)
                }
                Next::Moved => None,
                Next::Ended(None) => return Ok(()),
                Next::Ended(Some(error)) => return Err(error),
            };
            let position = sent.clone();
            let received = Received { source, time: Timestamp::now(), position, event };
            if sender.send(Message::Received(received)).await.is_err() {
                // The thread that writes has ended, and says why.
                return Ok(());
            }
        }
    }
}

/// Whether the position is another one than the one that was sent last. Then it becomes that one.
fn has_moved(sent: &mut PositionLine, events: &RawEvents) -> bool {
    let position = position_line(events.position());
    let has_moved = position != *sent;
    *sent = position;
    has_moved
}

/// Returns what is recorded of an event. An object that does not decode is in the log, and not in the recording.
fn received(
    watcher: &Watcher<DynamicObject>,
    events: &mut RawEvents,
    event: &RawEvent,
    redactor: &Redactor,
) -> Option<ReceivedEvent> {
    let delivery = &event.delivery;
    let object = match watcher.decode(delivery) {
        Ok(object) => object,
        Err(error) => {
            events.record_undecodable(delivery, error);
            return None;
        }
    };
    events.record_decoded(delivery);
    let identity = &delivery.identity;
    Some(ReceivedEvent {
        etype: delivery.etype,
        origin: delivery.origin,
        key: key(&identity.namespace, &identity.name),
        version: identity.version.clone(),
        object: redactor.redact(object.json()).into_owned(),
    })
}
