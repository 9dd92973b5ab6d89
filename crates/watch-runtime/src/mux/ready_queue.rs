//! The wake-ups and member changes that a multiplexer's stream has to handle on its next poll.
//!
//! The stream polls only the members that were woken, and starts or drops only those that changed, so
//! that idle members cost nothing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake};

use futures::task::AtomicWaker;

use crate::mux::member::Key;

/// Shared between a stream, the wakers of its slots and the multiplexer.
#[derive(Debug, Default)]
pub(super) struct ReadyQueue {
    /// The slots that were woken, in first-in, first-out order.
    woken: Mutex<VecDeque<u64>>,
    changes: Mutex<Changes>,
    task: AtomicWaker,
}

/// The members that were added, replaced or removed.
#[derive(Debug, Default)]
pub(super) enum Changes {
    /// Any member may have changed: the stream has not been polled yet, or not for a long time.
    #[default]
    All,
    Some(Vec<Key>),
}

impl ReadyQueue {
    /// Registers the task that polls the stream.
    pub(super) fn register(&self, cx: &Context<'_>) {
        self.task.register(cx.waker());
    }

    /// Records that a member was added, replaced or removed, and wakes the task. `members` is the number
    /// of members after the change.
    pub(super) fn member_changed(&self, key: Key, members: usize) {
        let mut changes = lock(&self.changes);
        match &mut *changes {
            // Bounds the list while nobody polls the stream.
            Changes::Some(keys) if keys.len() > members => *changes = Changes::All,
            Changes::Some(keys) => keys.push(key),
            Changes::All => {}
        }
        drop(changes);
        self.wake();
    }

    /// Returns the changes since the last call.
    pub(super) fn take_changes(&self) -> Changes {
        std::mem::replace(&mut *lock(&self.changes), Changes::Some(Vec::new()))
    }

    pub(super) fn pop(&self) -> Option<u64> {
        lock(&self.woken).pop_front()
    }

    fn wake(&self) {
        self.task.wake();
    }

    fn push(&self, id: u64) {
        lock(&self.woken).push_back(id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The waker of one slot: appends it to the queue, unless it is queued already.
#[derive(Debug)]
pub(super) struct SlotWaker {
    id: u64,
    queued: AtomicBool,
    queue: Arc<ReadyQueue>,
}

impl SlotWaker {
    /// Creates the waker and queues its slot, so that the slot is polled at least once.
    pub(super) fn new_queued(id: u64, queue: &Arc<ReadyQueue>) -> Arc<Self> {
        queue.push(id);
        Arc::new(Self { id, queued: AtomicBool::new(true), queue: Arc::clone(queue) })
    }

    /// Must be called before the slot is polled: wake-ups from here on queue it again.
    pub(super) fn clear_queued(&self) {
        self.queued.store(false, Ordering::Release);
    }

    /// Queues the slot behind all others, without waking the task.
    pub(super) fn enqueue(&self) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.queue.push(self.id);
        }
    }
}

impl Wake for SlotWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.enqueue();
        self.queue.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_an_unpolled_stream_are_bounded() {
        let queue = ReadyQueue::default();
        let key = |n: usize| Key::Name(n.to_string().into());
        assert!(matches!(queue.take_changes(), Changes::All));
        for n in 0..3 {
            queue.member_changed(key(n), n + 1);
        }
        let Changes::Some(keys) = queue.take_changes() else { panic!("all") };
        assert_eq!(keys, [key(0), key(1), key(2)]);
        for n in 0..100 {
            queue.member_changed(key(n), 3);
        }
        assert!(matches!(queue.take_changes(), Changes::All));
        assert!(matches!(queue.take_changes(), Changes::Some(keys) if keys.is_empty()));
    }

    #[test]
    fn woken_slot_is_queued_once_and_last() {
        let queue = Arc::new(ReadyQueue::default());
        let (a, _b) = (SlotWaker::new_queued(1, &queue), SlotWaker::new_queued(2, &queue));
        a.enqueue();
        assert_eq!(queue.pop(), Some(1));
        a.clear_queued();
        for _ in 0..3 {
            a.wake_by_ref();
        }
        assert_eq!([queue.pop(), queue.pop(), queue.pop()], [Some(2), Some(1), None]);
    }
}
