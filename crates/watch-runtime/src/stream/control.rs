//! Stopping a stream from anywhere, at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;

/// Stops a watcher's stream from any thread or task. Clones stop the same watcher.
#[derive(Clone, Debug, Default)]
pub struct StopHandle(Arc<Mutex<Option<Arc<Control>>>>);

impl StopHandle {
    /// Ends the running stream at once, also while no event arrives; without one it does nothing.
    ///
    /// The stream yields nothing more, not even events that had arrived. The watcher streams again
    /// on its next [`stream`](crate::Watcher::stream).
    pub fn stop(&self) {
        if let Some(control) = self.lock().take() {
            control.end();
        }
    }

    /// Whether a stream is running: one that was made, and has neither ended nor been dropped.
    pub fn is_running(&self) -> bool {
        self.lock().as_ref().is_some_and(|control| !control.has_ended())
    }

    /// Makes the control of a new stream. A stream that was running ends.
    pub(crate) fn start(&self) -> Arc<Control> {
        let control = Arc::new(Control::default());
        if let Some(previous) = self.lock().replace(Arc::clone(&control)) {
            previous.end();
        }
        control
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Control>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One stream's end of its watcher's stop handle.
#[derive(Debug, Default)]
pub(crate) struct Control {
    ended: AtomicBool,
    waker: AtomicWaker,
}

impl Control {
    /// Ends the stream, and wakes whoever polls it.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.waker.wake();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Ready once the stream is to end; else the task is woken when it is.
    pub(crate) fn poll_ended(&self, cx: &Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        // Looked at after the waker is in place: an end in between is not missed.
        if self.has_ended() { Poll::Ready(()) } else { Poll::Pending }
    }
}
