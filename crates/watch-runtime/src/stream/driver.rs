//! Drives the state machine: sends its requests, feeds it what is received, and returns its events.

use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use watch_protocol::head::Head;
use watch_protocol::machine::{Delivery, OutgoingRequest, Step};
use watch_protocol::{EventSource, Phase, WatchError, WatchEvent};
use watchable_core::{WatchItem as _, WatchTarget, json};

use crate::stream::io::Io;
use crate::stream::watch_stream::{WatchStream, now};
use crate::transport::connection::Connection;

impl<T: WatchTarget> WatchStream<T> {
    /// Executes the machine's steps until there is an object to deliver or nothing left to do.
    pub(super) fn drive(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Delivery, WatchError>>> {
        self.now = now();
        let mut is_fresh = true;
        loop {
            if self.stop.is_stopped() {
                self.finish();
                return Poll::Ready(None);
            }
            let step = self.machine.step(self.now);
            if let Some(version) = self.machine.take_changed_version() {
                self.position.advance(self.epoch, version);
            }
            match step {
                Step::Send(sending) => self.send(sending),
                Step::Sleep(wait) => {
                    let phase = self.machine.status(self.now).phase;
                    if let Phase::BackingOff { cause, .. } = phase {
                        self.connection.close(Some(cause));
                        tracing::info!(parent: &self.connection.span, %cause, ?wait, "backing off");
                    }
                    self.io = Io::Sleeping(Box::pin(tokio::time::sleep(wait)));
                }
                Step::Deliver(delivery) => return Poll::Ready(Some(Ok(delivery))),
                Step::End(error) => {
                    if let Some(error) = &error {
                        tracing::debug!(parent: &self.connection.span, %error, "stream ended");
                    }
                    self.finish();
                    return Poll::Ready(error.map(Err));
                }
                Step::Wait(deadline) => {
                    if !std::mem::take(&mut is_fresh) {
                        self.now = now();
                    }
                    let is_idle = self.poll_io(cx).is_pending()
                        && self.stop.poll_stopped(cx).is_pending()
                        && self.timer.poll(deadline, cx).is_pending();
                    if is_idle {
                        return Poll::Pending;
                    }
                    self.machine.on_idle_timeout(self.now);
                }
            }
        }
    }

    /// Polls the operation in progress and reports its outcome to the machine.
    fn poll_io(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let span = self.connection.span.clone();
        let _entered = span.enter();
        match &mut self.io {
            Io::Idle => return Poll::Pending,
            Io::Connecting(response) => match ready!(response.as_mut().poll(cx)) {
                Ok(response) => {
                    tracing::debug!(status = response.status().as_u16(), "response received");
                    self.machine
                        .on_head(Head::from_response(&response, SystemTime::now()), self.now);
                    self.io = Io::Reading(response.into_body());
                }
                Err(source) => {
                    self.io = Io::Idle;
                    self.machine.on_unreachable(source, self.now);
                }
            },
            Io::Reading(chunks) => match ready!(chunks.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) => {
                    self.last_received = Some(self.now);
                    self.metrics.record_bytes(chunk.len());
                    self.connection.record_bytes(chunk.len());
                    self.machine.on_chunk(chunk, self.now);
                }
                Some(Err(source)) => {
                    self.io = Io::Idle;
                    self.machine.on_disconnect(source, self.now);
                }
                None => {
                    self.io = Io::Idle;
                    self.machine.on_end(self.now);
                }
            },
            Io::Sleeping(sleep) => {
                ready!(sleep.as_mut().poll(cx));
                self.io = Io::Idle;
                self.machine.on_wake();
            }
        }
        Poll::Ready(())
    }

    /// Decodes an object, which becomes an event.
    pub(super) fn event(&mut self, delivery: &Delivery) -> Result<WatchEvent<T::Item>, WatchError> {
        match delivery.decode::<T::Item>(self.drops_managed_fields) {
            Ok(mut obj) => {
                obj.fill_type_meta(&self.resource);
                self.record_event(delivery);
                Ok(WatchEvent {
                    etype: delivery.etype,
                    obj,
                    origin: delivery.origin,
                    source: EventSource::default(),
                })
            }
            Err(error) => Err(self.undecodable(delivery, error)),
        }
    }

    /// Counts and logs an object that did not decode.
    pub(super) fn undecodable(&mut self, delivery: &Delivery, error: json::Error) -> WatchError {
        self.decode_errors += 1;
        self.metrics.record_decode_error();
        // The path and the value are part of the error only: they may be confidential.
        tracing::warn!(parent: &self.connection.span, object = %delivery.identity, "object failed to decode");
        delivery.undecodable(&self.resource, error)
    }

    pub(super) fn record_event(&mut self, delivery: &Delivery) {
        let lag = || {
            let received = self.last_received;
            received.map_or(Duration::ZERO, |received| now().saturating_duration_since(received))
        };
        self.metrics.record_event(delivery.etype, delivery.origin, lag);
        self.connection.record_event();
    }

    /// Sends a request on a new connection with its own span. The span contains the kind of request but
    /// not its URL, as a `continue` token must not be logged.
    fn send(&mut self, OutgoingRequest { request, purpose, cause }: OutgoingRequest) {
        self.connection.close(cause);
        let span = tracing::info_span!(
            "watch",
            resource = %self.resource,
            namespace = self.machine.namespace(),
            request = purpose.as_str(),
        );
        self.connection = Connection::open(span.clone(), purpose, cause);
        if let Some(cause) = cause {
            self.metrics.record_restart(cause);
        }
        let _entered = span.enter();
        self.io = Io::Connecting(self.transport.send(request));
    }

    /// Publishes the stream's status, unless a newer stream of the watcher has replaced it.
    pub(super) fn publish_status(&mut self) {
        let before = self.repairs;
        let mut status = self.machine.status(self.now).clone();
        if self.stop.is_stopped() {
            status.phase = Phase::Stopped;
            status.interruption = None;
            status.unreachable = None;
        }
        self.metrics.record_status(&status);
        self.repairs = status.repairs;
        if self.repairs > before {
            tracing::info!(parent: &self.connection.span, events = status.events, "gap repaired");
        }
        if self.shared.current.load(Ordering::Acquire) != self.id {
            return;
        }
        status.decode_errors = self.decode_errors;
        status.last_received = self.last_received;
        let version = self.machine.version();
        self.shared.status.send_if_modified(|published| published.update(&status, version));
    }

    fn finish(&mut self) {
        self.io = Io::Idle;
        self.connection.close(None);
        self.stop.stop();
    }
}
