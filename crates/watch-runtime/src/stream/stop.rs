//! Stops a running stream from any thread or task.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;

/// Stops the stream of a watcher, or of a multiplexer, from any thread or task.
///
/// Clones stop the same stream. A handle belongs to its watcher rather than to one stream: it stops
/// whichever stream is running when [`stop`](Self::stop) is called.
#[derive(Clone, Debug, Default)]
pub struct StopHandle(Arc<Mutex<Option<Arc<StopSignal>>>>);

impl StopHandle {
    /// Ends the running stream immediately, even while it waits for an event. Does nothing if no
    /// stream is running.
    ///
    /// The stream yields no further item, not even events that were already received. The next call to
    /// [`stream`](crate::Watcher::stream) starts a new one.
    pub fn stop(&self) {
        if let Some(signal) = self.lock().take() {
            signal.stop();
        }
    }

    /// Returns whether a stream is running: it was created, and has neither ended nor been dropped.
    pub fn is_running(&self) -> bool {
        self.lock().as_ref().is_some_and(|signal| !signal.is_stopped())
    }

    /// Returns the signal of a new stream, and stops the previous stream.
    pub(crate) fn start(&self) -> Arc<StopSignal> {
        let signal = Arc::new(StopSignal::default());
        if let Some(previous) = self.lock().replace(Arc::clone(&signal)) {
            previous.stop();
        }
        signal
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<StopSignal>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether one stream has stopped: set by the watcher's [`StopHandle`], or by the stream when it ends.
#[derive(Debug, Default)]
pub(crate) struct StopSignal {
    stopped: AtomicBool,
    waker: AtomicWaker,
}

impl StopSignal {
    /// Marks the stream as stopped and wakes the task that polls it.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.waker.wake();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Ready once the stream is stopped; otherwise registers the task to be woken by [`stop`](Self::stop).
    pub(crate) fn poll_stopped(&self, cx: &Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        // Checked after registering the waker, so that a concurrent stop is not missed.
        if self.is_stopped() { Poll::Ready(()) } else { Poll::Pending }
    }
}
