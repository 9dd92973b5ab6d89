//! Which streams of a multiplexer have something to say: they are polled, and no others.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake};

use futures::task::AtomicWaker;

/// The streams that were woken, first come, first served.
#[derive(Debug, Default)]
pub(super) struct Ready {
    queue: Mutex<VecDeque<u64>>,
    task: AtomicWaker,
}

impl Ready {
    /// The task to wake when a stream is.
    pub(super) fn register(&self, cx: &Context<'_>) {
        self.task.register(cx.waker());
    }

    /// Wakes the task, so that it looks at what has changed.
    pub(super) fn wake(&self) {
        self.task.wake();
    }

    pub(super) fn pop(&self) -> Option<u64> {
        self.lock().pop_front()
    }

    fn push(&self, id: u64) {
        self.lock().push_back(id);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes one stream: puts it at the end of the queue, unless it stands there already.
#[derive(Debug)]
pub(super) struct Bell {
    id: u64,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Bell {
    /// A bell that has been rung: what it stands for is to be polled once.
    pub(super) fn rung(id: u64, ready: &Arc<Ready>) -> Arc<Self> {
        ready.push(id);
        Arc::new(Self { id, queued: AtomicBool::new(true), ready: Arc::clone(ready) })
    }

    /// It is about to be polled: from here on it may be rung again.
    pub(super) fn answer(&self) {
        self.queued.store(false, Ordering::Release);
    }

    /// There may be more: its turn comes after all the others'.
    pub(super) fn again(&self) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.ready.push(self.id);
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.again();
        self.ready.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_stands_in_the_queue_once_and_at_its_end() {
        let ready = Arc::new(Ready::default());
        let (a, _b) = (Bell::rung(1, &ready), Bell::rung(2, &ready));
        a.again();
        assert_eq!(ready.pop(), Some(1));
        a.answer();
        for _ in 0..3 {
            a.wake_by_ref();
        }
        assert_eq!([ready.pop(), ready.pop(), ready.pop()], [Some(2), Some(1), None]);
    }
}
