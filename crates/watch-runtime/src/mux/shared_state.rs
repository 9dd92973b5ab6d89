//! The set of members that the clones of a multiplexer share, and what a change of it notifies.

use std::sync::Arc;

use crate::mux::member::{Key, MemberDefaults};
use crate::mux::members::Members;
use crate::mux::ready_queue::ReadyQueue;

/// The members and what a change of them has to notify.
pub(super) struct SharedState<O> {
    pub(super) members: Members<O>,
    /// The queue of the running stream, which is notified of added and removed members.
    pub(super) stream_queue: Option<Arc<ReadyQueue>>,
    pub(super) defaults: MemberDefaults,
}

impl<O> SharedState<O> {
    pub(super) fn remove(&mut self, key: &Key) -> bool {
        let Some(removed) = self.members.remove(key) else { return false };
        removed.stop();
        self.notify_changed(key.clone());
        true
    }

    pub(super) fn notify_changed(&self, key: Key) {
        if let Some(queue) = &self.stream_queue {
            queue.member_changed(key, self.members.len());
        }
    }
}

impl<O> Default for SharedState<O> {
    fn default() -> Self {
        Self {
            members: Members::default(),
            stream_queue: None,
            defaults: MemberDefaults::default(),
        }
    }
}
