//! The public stream type.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Instant;

use futures::Stream;
use futures::stream::FusedStream;
use watch_protocol::machine::{Delivery, Machine};
use watch_protocol::{WatchError, WatchEvent};
use watchable_core::{ResourceInfo, WatchTarget};

use crate::metrics::MetricsRecorder;
use crate::stream::deadline_timer::DeadlineTimer;
use crate::stream::io::Io;
use crate::stream::resume_position::ResumePosition;
use crate::stream::shared::Shared;
use crate::stream::stop::StopSignal;
use crate::transport::Transport;
use crate::transport::connection::Connection;

/// The events of a watcher, as a [`Stream`](futures::Stream).
///
/// An item is an event or an error. After an error for which
/// [`is_terminal`](WatchError::is_terminal) returns true, the stream has ended.
///
/// The stream does nothing until it is polled. While a connection is open, a task reads up to 32 KiB
/// ahead. Dropping the stream ends that task and closes the connection.
///
/// # Cancel safety
///
/// Dropping the future of `next()` or `try_next()`, for example in `tokio::select!`, loses no event.
///
/// # Logs
///
/// Each connection is a `tracing` span named `watch`. No body, token or URL is logged in it. kube-client,
/// however, has a span of its own, `HTTP` at level DEBUG, which contains the URL and thus the `continue`
/// token of a paged list. Set `kube_client=info` to keep it out of a log at level DEBUG.
///
/// # Panics
///
/// Polling panics outside of a Tokio runtime with its time driver enabled, as kube-client does.
#[must_use = "streams do nothing unless polled"]
pub struct WatchStream<T: WatchTarget> {
    pub(super) id: u64,
    pub(super) machine: Machine,
    pub(super) io: Io,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) resource: ResourceInfo,
    pub(super) position: Arc<ResumePosition>,
    /// The epoch of the resume position in which the stream began.
    pub(super) epoch: u64,
    pub(super) stop: Arc<StopSignal>,
    pub(super) shared: Arc<Shared>,
    pub(super) timer: DeadlineTimer,
    pub(super) decode_errors: u64,
    pub(super) drops_managed_fields: bool,
    /// The number of repairs at the last time the status was published.
    pub(super) repairs: u64,
    pub(super) metrics: MetricsRecorder,
    pub(super) connection: Connection,
    /// When the last chunk was received.
    pub(super) last_received: Option<Instant>,
    /// The last clock reading: one per poll, and another for each further chunk received in it. Three
    /// readings per event would add a tenth to the cost of a small one.
    pub(super) now: Instant,
    decodes: PhantomData<fn() -> T>,
}

impl<T: WatchTarget> WatchStream<T> {
    pub(crate) fn new(
        machine: Machine,
        transport: Arc<dyn Transport>,
        resource: ResourceInfo,
        position: Arc<ResumePosition>,
        stop: Arc<StopSignal>,
        shared: Arc<Shared>,
        drops_managed_fields: bool,
    ) -> Self {
        let epoch = position.epoch();
        let id = shared.current.fetch_add(1, Ordering::AcqRel) + 1;
        Self {
            id,
            machine,
            io: Io::Idle,
            transport,
            metrics: MetricsRecorder::new(&resource),
            connection: Connection::none(),
            last_received: None,
            now: now(),
            resource,
            position,
            epoch,
            stop,
            shared,
            timer: DeadlineTimer::default(),
            decode_errors: 0,
            drops_managed_fields,
            repairs: 0,
            decodes: PhantomData,
        }
    }

    /// Returns whether the initial list has been delivered completely. Between two polls this includes
    /// the event that the last poll returned, unless that event was received after the list.
    pub(crate) fn has_delivered_initial_list(&self) -> bool {
        self.shared.watcher_state().has_synced
    }
}

impl<T: WatchTarget> WatchStream<T> {
    /// Polls for an object to deliver, and makes an item of it.
    pub(super) fn poll_with<I>(
        &mut self,
        cx: &mut Context<'_>,
        item: impl FnOnce(&mut Self, Delivery) -> Result<I, WatchError>,
    ) -> Poll<Option<Result<I, WatchError>>> {
        let shared = Arc::clone(&self.shared);
        let mut watcher_state = shared.watcher_state();
        // Swapped in for each poll, as another stream of the watcher may have continued from it.
        self.machine.swap_watcher_state(&mut watcher_state);
        let delivered = self.drive(cx);
        let polled = delivered.map(|delivery| delivery.map(|delivery| item(self, delivery?)));
        self.publish_status();
        self.machine.swap_watcher_state(&mut watcher_state);
        polled
    }
}

/// Returns the time of Tokio's clock, which tests can pause and advance.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

impl<T: WatchTarget> Stream for WatchStream<T> {
    type Item = Result<WatchEvent<T::Item>, WatchError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_with(cx, |stream, delivery| stream.event(&delivery))
    }
}

/// Terminated once it has ended, with or without an error, or was stopped.
impl<T: WatchTarget> FusedStream for WatchStream<T> {
    fn is_terminated(&self) -> bool {
        self.stop.is_stopped()
    }
}

impl<T: WatchTarget> Drop for WatchStream<T> {
    fn drop(&mut self) {
        self.stop.stop();
        self.connection.close(None);
        self.publish_status();
    }
}

impl<T: WatchTarget> fmt::Debug for WatchStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchStream")
            .field("resource", &self.resource.to_string())
            .field("ended", &self.stop.is_stopped())
            .finish_non_exhaustive()
    }
}
