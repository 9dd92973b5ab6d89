//! The stream of a watcher: joins the protocol's machine to a transport and a clock.

pub(crate) mod control;
mod deadline_timer;
pub(crate) mod resume_position;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future as _;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Instant, SystemTime};

use futures::future::BoxFuture;
use futures::stream::FusedStream;
use futures::{Stream, ready};
use http::Response;
use tokio::sync::watch;
use tokio::time::Sleep;
use watchable_core::{ResourceInfo, WatchItem as _, WatchTarget};

use crate::metrics::Meter;
use crate::protocol::error::{Kind, Source, WatchError};
use crate::protocol::event::{EventSource, WatchEvent};
use crate::protocol::head::Head;
use crate::protocol::machine::{Delivery, Machine, OutgoingRequest, Step, WatcherState};
use crate::protocol::status::{Phase, WatchStatus};
use crate::stream::control::Control;
use crate::stream::deadline_timer::Alarm;
use crate::stream::resume_position::Cursor;
use crate::transport::connection::Connection;
use crate::transport::{Chunks, Transport};

/// The events of a watcher, as a [`Stream`](futures::Stream).
///
/// It does nothing until it is polled. While a connection is open, a task of its own reads up to 32 KiB ahead.
/// Dropping the stream ends that task and closes the connection. An item is an event, or an error; after an error
/// for which [`is_terminal`](WatchError::is_terminal) holds, the stream is over.
///
/// # Cancel safety
///
/// Waiting for the next item may be given up at any time (as `tokio::select!` does): nothing is lost.
///
/// # Logs
///
/// Each connection is a `tracing` span, `watch`, and in it there is neither a body nor a token nor a
/// URL. kube-client, however, has a span of its own, `HTTP` at level DEBUG, with the URL in it: in a
/// paged list also the `continue` token. Whoever logs at DEBUG and minds sets `kube_client=info`.
///
/// # Panics
///
/// Polling panics outside of a Tokio runtime with its time driver enabled, as kube-client does.
#[must_use = "streams do nothing unless polled"]
pub struct WatchStream<T: WatchTarget> {
    id: u64,
    machine: Machine,
    io: Io,
    transport: Arc<dyn Transport>,
    resource: ResourceInfo,
    cursor: Arc<Cursor>,
    epoch: u64,
    control: Arc<Control>,
    shared: Arc<Shared>,
    alarm: Alarm,
    undecodable: u64,
    drops_managed_fields: bool,
    repairs: u64,
    meter: Meter,
    connection: Connection,
    /// When the newest bytes came.
    arrived: Instant,
    /// When the clock was last looked at: once a poll, and anew for each further thing that comes in it. Three
    /// looks at each event would be a tenth of what a small one costs.
    now: Instant,
    decodes: PhantomData<fn() -> T>,
}

/// What a watcher's streams share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// A stream holds it while it is polled, and no longer.
    pub(crate) memory: Mutex<WatcherState>,
    pub(crate) status: watch::Sender<WatchStatus>,
    /// Counts the streams: the newest one's number.
    pub(crate) current: AtomicU64,
}

impl Shared {
    /// The memory is sound between polls; a poll that panicked has left an empty one.
    pub(crate) fn memory(&self) -> MutexGuard<'_, WatcherState> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is under way.
enum Io {
    Nothing,
    Sending(BoxFuture<'static, Result<Response<Chunks>, Source>>),
    Reading(Chunks),
    Sleeping(Pin<Box<Sleep>>),
}

impl<T: WatchTarget> WatchStream<T> {
    pub(crate) fn new(
        machine: Machine,
        transport: Arc<dyn Transport>,
        resource: ResourceInfo,
        cursor: Arc<Cursor>,
        control: Arc<Control>,
        shared: Arc<Shared>,
        drops_managed_fields: bool,
    ) -> Self {
        let epoch = cursor.epoch();
        let id = shared.current.fetch_add(1, Ordering::AcqRel) + 1;
        Self {
            id,
            machine,
            io: Io::Nothing,
            transport,
            meter: Meter::new(&resource),
            connection: Connection::none(),
            arrived: Instant::now(),
            now: now(),
            resource,
            cursor,
            epoch,
            control,
            shared,
            alarm: Alarm::default(),
            undecodable: 0,
            drops_managed_fields,
            repairs: 0,
            decodes: PhantomData,
        }
    }

    /// Whether a whole state has been told: between two polls it is so after the event that the last one
    /// gave, save where that came after the state.
    #[cfg(feature = "kube-runtime")]
    pub(crate) fn state_is_told(&self) -> bool {
        self.shared.memory().has_synced
    }

    /// Lets what is under way go on, and reports to the machine what came of it.
    fn poll_io(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let span = self.connection.span.clone();
        let _entered = span.enter();
        match &mut self.io {
            Io::Nothing => return Poll::Pending,
            Io::Sending(answer) => match ready!(answer.as_mut().poll(cx)) {
                Ok(answer) => {
                    tracing::debug!(status = answer.status().as_u16(), "answered");
                    self.machine.on_head(Head::from_response(&answer, SystemTime::now()), self.now);
                    self.io = Io::Reading(answer.into_body());
                }
                Err(source) => {
                    self.io = Io::Nothing;
                    self.machine.on_unreachable(source);
                }
            },
            Io::Reading(chunks) => match ready!(chunks.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) => {
                    self.arrived = self.now;
                    self.meter.received(chunk.len());
                    self.connection.received(chunk.len());
                    self.machine.on_chunk(chunk, self.arrived);
                }
                Some(Err(source)) => {
                    self.io = Io::Nothing;
                    self.machine.on_disconnect(source, self.now);
                }
                None => {
                    self.io = Io::Nothing;
                    self.machine.on_end(self.now);
                }
            },
            Io::Sleeping(sleep) => {
                ready!(sleep.as_mut().poll(cx));
                self.io = Io::Nothing;
                self.machine.on_wake();
            }
        }
        Poll::Ready(())
    }

    fn decode(&mut self, delivery: &Delivery) -> Result<WatchEvent<T::Item>, WatchError> {
        match delivery.decode::<T::Item>(self.drops_managed_fields) {
            Ok(mut obj) => {
                obj.fill_type_meta(&self.resource);
                let lag = || now().saturating_duration_since(self.arrived);
                self.meter.delivered(delivery.etype, delivery.origin, lag);
                self.connection.delivered();
                Ok(WatchEvent {
                    etype: delivery.etype,
                    obj,
                    origin: delivery.origin,
                    source: EventSource::default(),
                })
            }
            Err(error) => {
                self.undecodable += 1;
                self.meter.undecodable();
                // Where in the object, and what stands there, is for the error's reader alone.
                tracing::warn!(parent: &self.connection.span, object = %delivery.identity, "undecodable");
                let object = format!("the {} {}", delivery.etype, delivery.identity);
                let doing = format!("watching {}", self.resource);
                Err(WatchError::new(doing, Kind::Decode { object, source: error.into() }))
            }
        }
    }

    fn finish(&mut self) {
        self.io = Io::Nothing;
        self.connection.over(None);
        self.control.end();
    }
}

/// Tokio's clock, which tests can move.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

impl<T: WatchTarget> Stream for WatchStream<T> {
    type Item = Result<WatchEvent<T::Item>, WatchError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let shared = Arc::clone(&this.shared);
        let mut memory = shared.memory();
        // Another stream of the watcher may have gone on from it since the last poll.
        this.machine.swap_watcher_state(&mut memory);
        let polled = this.advance(cx);
        this.publish();
        this.machine.swap_watcher_state(&mut memory);
        polled
    }
}

impl<T: WatchTarget> WatchStream<T> {
    /// Does what the machine says, until there is an item or nothing to do.
    fn advance(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<WatchEvent<T::Item>, WatchError>>> {
        self.now = now();
        let mut is_now = true;
        loop {
            if self.control.has_ended() {
                self.finish();
                return Poll::Ready(None);
            }
            let step = self.machine.step(self.now);
            if let Some(version) = self.machine.take_changed_version() {
                self.cursor.reach(self.epoch, version);
            }
            match step {
                Step::Send(sending) => self.send(sending),
                Step::Sleep(wait) => {
                    let phase = self.machine.status(self.now).phase;
                    if let Phase::BackingOff { cause, .. } = phase {
                        self.connection.over(Some(cause));
                        tracing::info!(parent: &self.connection.span, %cause, ?wait, "waiting before another try");
                    }
                    self.io = Io::Sleeping(Box::pin(tokio::time::sleep(wait)));
                }
                Step::Deliver(delivery) => return Poll::Ready(Some(self.decode(&delivery))),
                Step::End(error) => {
                    if let Some(error) = &error {
                        tracing::debug!(parent: &self.connection.span, %error, "ended");
                    }
                    self.finish();
                    return Poll::Ready(error.map(Err));
                }
                Step::Wait(deadline) => {
                    if !std::mem::take(&mut is_now) {
                        self.now = now();
                    }
                    let waits = self.poll_io(cx).is_pending()
                        && self.control.poll_ended(cx).is_pending()
                        && self.alarm.poll(deadline, cx).is_pending();
                    if waits {
                        return Poll::Pending;
                    }
                    self.machine.on_deadline(self.now);
                }
            }
        }
    }

    /// Opens a connection, and a span for it. Of what is asked for it tells the kind alone: a token
    /// that continues a list is nobody's business.
    fn send(&mut self, OutgoingRequest { request, purpose, cause }: OutgoingRequest) {
        self.connection.over(cause);
        let span = tracing::info_span!(
            "watch",
            resource = %self.resource,
            namespace = self.machine.namespace(),
            request = purpose.as_str(),
        );
        self.connection = Connection::asked(span.clone(), purpose, cause);
        if let Some(cause) = cause {
            self.meter.restarted(cause);
        }
        let _entered = span.enter();
        self.io = Io::Sending(self.transport.send(request));
    }

    /// Shows where the stream stands, unless another one has taken its place.
    fn publish(&mut self) {
        let before = self.repairs;
        let status = self.machine.status(self.now);
        self.meter.stands(status);
        let events = status.events;
        self.repairs = status.repairs;
        let mut status = status.clone();
        if self.repairs > before {
            tracing::info!(parent: &self.connection.span, events, "a gap is repaired");
        }
        if self.shared.current.load(Ordering::Acquire) != self.id {
            return;
        }
        status.decode_errors = self.undecodable;
        if self.control.has_ended() {
            status.phase = Phase::Stopped;
        }
        let version = self.machine.version();
        self.shared.status.send_if_modified(|shown| shown.update(&status, version));
    }
}

/// Over once it has ended by itself, with an error, or by a stop.
impl<T: WatchTarget> FusedStream for WatchStream<T> {
    fn is_terminated(&self) -> bool {
        self.control.has_ended()
    }
}

impl<T: WatchTarget> Drop for WatchStream<T> {
    fn drop(&mut self) {
        self.control.end();
        self.connection.over(None);
        self.publish();
    }
}

impl<T: WatchTarget> fmt::Debug for WatchStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchStream")
            .field("resource", &self.resource.to_string())
            .field("ended", &self.control.has_ended())
            .finish_non_exhaustive()
    }
}
