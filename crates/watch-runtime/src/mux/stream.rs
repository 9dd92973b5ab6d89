//! The merged stream of a multiplexer.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::FusedStream;
use watch_protocol::{StreamOptions, WatchError, WatchEvent};

use crate::mux::member::{Key, MemberOptions};
use crate::mux::multiplexer::MultiplexingWatcher;
use crate::mux::ready_queue::{Changes, ReadyQueue};
use crate::mux::shared_state::SharedState;
use crate::mux::slot::{Polled, Slot};
use crate::stream::stop::StopSignal;

/// The number of slots polled without an item before the stream yields to other tasks. A member that
/// has used up Tokio's cooperative budget wakes itself immediately and would otherwise be polled forever.
const POLL_BUDGET: usize = 128;

/// The merged events of a multiplexer's members, as a [`Stream`](futures::Stream).
///
/// An item is an event, or an error about a single object, after which its watcher continues. Errors that
/// end a watcher are passed to the [error callback](MultiplexingWatcher::on_error) and are no items.
///
/// The stream does nothing until it is polled. While a member's connection is open, a task reads up to
/// 32 KiB ahead. Dropping the stream ends these tasks and closes all connections.
///
/// # Cancel safety
///
/// Dropping the future of `next()` or `try_next()`, for example in `tokio::select!`, loses no event.
///
/// # Panics
///
/// Polling panics outside of a Tokio runtime with its time driver enabled, as kube-client does.
#[must_use = "streams do nothing unless polled"]
pub struct MuxStream<O> {
    mux: MultiplexingWatcher<O>,
    options: MemberOptions,
    stop: Arc<StopSignal>,
    queue: Arc<ReadyQueue>,
    slots: HashMap<u64, Slot<O>>,
    ids: HashMap<Key, u64>,
    /// The number of slots that have not ended.
    running: usize,
    next_id: u64,
    /// The number of times a single member was synchronized.
    #[cfg(test)]
    pub(super) member_syncs: usize,
}

// Here and not beside its other methods, so that `multiplexer` need not import the stream.
impl<O: 'static> MultiplexingWatcher<O> {
    /// Returns a stream of the events of all members, each of which streams with these options. Ends the
    /// running stream of this multiplexer. Without members, the stream ends immediately.
    pub fn stream(&self, options: StreamOptions) -> MuxStream<O> {
        let stop = self.stop_control().start();
        let queue = Arc::new(ReadyQueue::default());
        let defaults = {
            let mut state = self.lock();
            state.stream_queue = Some(Arc::clone(&queue));
            state.defaults
        };
        let options = MemberOptions { stream: options, defaults };
        MuxStream::new(self.clone(), options, stop, queue)
    }
}

impl<O: 'static> MuxStream<O> {
    fn new(
        mux: MultiplexingWatcher<O>,
        options: MemberOptions,
        stop: Arc<StopSignal>,
        queue: Arc<ReadyQueue>,
    ) -> Self {
        Self {
            mux,
            options,
            stop,
            queue,
            slots: HashMap::new(),
            ids: HashMap::new(),
            running: 0,
            next_id: 0,
            #[cfg(test)]
            member_syncs: 0,
        }
    }

    /// Starts the members that were added, and drops those that were removed.
    fn sync_members(&mut self) {
        let changes = self.queue.take_changes();
        if matches!(&changes, Changes::Some(keys) if keys.is_empty()) {
            return;
        }
        let mux = self.mux.clone();
        let state = mux.lock();
        let keys = match changes {
            Changes::Some(keys) => keys,
            Changes::All => {
                let removed = self.ids.keys().filter(|key| state.members.get(key).is_none());
                let present = state.members.iter().map(|(key, _)| key);
                removed.chain(present).cloned().collect()
            }
        };
        for key in keys {
            self.sync_member(key, &state);
        }
    }

    /// Drops the slot of a key if its member was replaced or removed, and starts the current member.
    fn sync_member(&mut self, key: Key, state: &SharedState<O>) {
        #[cfg(test)]
        {
            self.member_syncs += 1;
        }
        let member = state.members.get(&key);
        if let Some((id, slot)) = self.ids.get(&key).and_then(|id| self.slots.get_key_value(id)) {
            // While the callback runs, a replacement waits for its decision.
            if slot.is_awaiting_callback()
                || member.is_some_and(|member| member.is_same_watcher(&slot.member))
            {
                return;
            }
            let id = *id;
            self.drop_slot(id);
        }
        let Some(member) = member.cloned() else { return };
        let id = self.next_id;
        self.next_id += 1;
        let slot = Slot::start(id, key.clone(), member, self.options, &self.queue);
        self.slots.insert(id, slot);
        self.ids.insert(key, id);
        self.running += 1;
    }

    /// Returns the number of slots.
    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    fn drop_slot(&mut self, id: u64) {
        if let Some(slot) = self.slots.remove(&id) {
            self.running -= usize::from(!slot.has_ended());
            self.ids.remove(&slot.key);
        }
    }

    /// Removes a failed member, or the one that has replaced it meanwhile, from the multiplexer.
    fn remove_failed(&mut self, id: u64) {
        if let Some(key) = self.slots.get(&id).map(|slot| slot.key.clone()) {
            self.mux.remove(&key);
        }
        self.drop_slot(id);
    }

    /// Keeps the slot of a failed member, unless the callback has removed or replaced the member.
    fn keep_or_replace(&mut self, id: u64) {
        let Some(slot) = self.slots.get_mut(&id) else { return };
        let member = self.mux.lock().members.get(&slot.key).cloned();
        match member {
            None => self.drop_slot(id),
            Some(member) if member.is_same_watcher(&slot.member) => {}
            Some(member) => slot.replace(member, self.options),
        }
    }

    fn finish(&mut self) {
        self.stop.stop();
        self.slots.clear();
        self.ids.clear();
    }
}

impl<O: 'static> Stream for MuxStream<O> {
    type Item = Result<WatchEvent<O>, WatchError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        // Registered before the queue and the signal are read, so that no wake-up is missed.
        this.queue.register(cx);
        let _checked_in_the_loop = this.stop.poll_stopped(cx);
        for _ in 0..POLL_BUDGET {
            this.sync_members();
            if this.running == 0 || this.stop.is_stopped() {
                this.finish();
                return Poll::Ready(None);
            }
            let Some(id) = this.queue.pop() else { return Poll::Pending };
            let Some(slot) = this.slots.get_mut(&id) else { continue };
            match slot.poll(&this.mux, this.options) {
                Polled::Item(item) => return Poll::Ready(Some(item)),
                Polled::Pending => {}
                Polled::Ended => this.running -= 1,
                Polled::Failed => this.remove_failed(id),
                Polled::Retrying => this.keep_or_replace(id),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Terminated once it has ended or was stopped.
impl<O: 'static> FusedStream for MuxStream<O> {
    fn is_terminated(&self) -> bool {
        self.stop.is_stopped()
    }
}

impl<O> Drop for MuxStream<O> {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

impl<O> fmt::Debug for MuxStream<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MuxStream")
            .field("members", &self.slots.len())
            .field("ended", &self.stop.is_stopped())
            .finish_non_exhaustive()
    }
}
