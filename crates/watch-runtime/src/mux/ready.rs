//! Which streams of a multiplexer have something to say: they are polled, and no others. And which
//! members have come and gone: they are looked at, and no others.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake};

use futures::task::AtomicWaker;

use crate::mux::member::Key;

/// What a stream is to look at when it is polled next.
#[derive(Debug, Default)]
pub(super) struct Ready {
    /// The members' streams that were woken, first come, first served.
    queue: Mutex<VecDeque<u64>>,
    changes: Mutex<Changes>,
    task: AtomicWaker,
}

/// The members that were added, replaced or removed.
#[derive(Debug, Default)]
pub(super) enum Changes {
    /// Perhaps every one: the stream has not looked yet, or not for long.
    #[default]
    All,
    Some(Vec<Key>),
}

impl Ready {
    /// The task to wake when a stream is.
    pub(super) fn register(&self, cx: &Context<'_>) {
        self.task.register(cx.waker());
    }

    /// A member was added, replaced or removed, and now there are so many. Wakes the task.
    pub(super) fn changed(&self, key: Key, members: usize) {
        let mut changes = lock(&self.changes);
        match &mut *changes {
            // A stream that nobody polls does not gather changes without end.
            Changes::Some(keys) if keys.len() > members => *changes = Changes::All,
            Changes::Some(keys) => keys.push(key),
            Changes::All => {}
        }
        drop(changes);
        self.wake();
    }

    /// What has changed since this was last asked.
    pub(super) fn take_changes(&self) -> Changes {
        std::mem::replace(&mut *lock(&self.changes), Changes::Some(Vec::new()))
    }

    pub(super) fn pop(&self) -> Option<u64> {
        lock(&self.queue).pop_front()
    }

    fn wake(&self) {
        self.task.wake();
    }

    fn push(&self, id: u64) {
        lock(&self.queue).push_back(id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn changes_that_nobody_asks_for_do_not_grow_without_end() {
        let ready = Ready::default();
        let key = |n: usize| Key::Name(n.to_string().into());
        assert!(matches!(ready.take_changes(), Changes::All));
        for n in 0..3 {
            ready.changed(key(n), n + 1);
        }
        let Changes::Some(keys) = ready.take_changes() else { panic!("all") };
        assert_eq!(keys, [key(0), key(1), key(2)]);
        for n in 0..100 {
            ready.changed(key(n), 3);
        }
        assert!(matches!(ready.take_changes(), Changes::All));
        assert!(matches!(ready.take_changes(), Changes::Some(keys) if keys.is_empty()));
    }

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
