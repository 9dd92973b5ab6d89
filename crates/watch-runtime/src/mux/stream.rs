//! The stream of a multiplexer.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::FusedStream;

use crate::mux::member::Key;
use crate::mux::multiplexer::{Inner, MultiplexingWatcher};
use crate::mux::ready::{Changes, Ready};
use crate::mux::slot::{Slot, Turn};
use crate::protocol::error::WatchError;
use crate::protocol::event::WatchEvent;
use crate::protocol::options::StreamOptions;
use crate::stream::control::Control;

/// So many turns in vain, and others in the program are let go first: a member that Tokio wants to
/// pause wakes itself again at once.
const TURNS: usize = 128;

/// The events of a multiplexer's members, as a [`Stream`](futures::Stream).
///
/// An item is an event; or an error that concerns one object, after which its watcher goes on. Errors
/// that end a watcher are [the callback's](MultiplexingWatcher::on_error) to hear, and no items.
///
/// It does nothing until it is polled. While a connection is open, a task of its own reads up to 32 KiB ahead.
/// Dropping the stream ends those tasks and closes all connections.
///
/// # Cancel safety
///
/// Waiting for the next item may be given up at any time (as `tokio::select!` does): nothing is lost.
///
/// # Panics
///
/// Polling panics outside of a Tokio runtime with its time driver enabled, as kube-client does.
#[must_use = "streams do nothing unless polled"]
pub struct MuxStream<O> {
    mux: MultiplexingWatcher<O>,
    options: StreamOptions,
    control: Arc<Control>,
    ready: Arc<Ready>,
    slots: HashMap<u64, Slot<O>>,
    by_key: HashMap<Key, u64>,
    /// How many slots are not at rest.
    running: usize,
    next_id: u64,
    /// How often a member was looked at.
    #[cfg(test)]
    pub(super) looks: usize,
}

impl<O: 'static> MultiplexingWatcher<O> {
    /// Streams the events of all members, each with these options. A stream of this multiplexer that is
    /// running ends. Without members, the stream ends at once.
    pub fn stream(&self, options: StreamOptions) -> MuxStream<O> {
        let control = self.shared.stop.start();
        let ready = Arc::new(Ready::default());
        self.lock().streaming = Some(Arc::clone(&ready));
        MuxStream::new(self.clone(), options, control, ready)
    }
}

impl<O: 'static> MuxStream<O> {
    fn new(
        mux: MultiplexingWatcher<O>,
        options: StreamOptions,
        control: Arc<Control>,
        ready: Arc<Ready>,
    ) -> Self {
        Self {
            mux,
            options,
            control,
            ready,
            slots: HashMap::new(),
            by_key: HashMap::new(),
            running: 0,
            next_id: 0,
            #[cfg(test)]
            looks: 0,
        }
    }

    /// Starts and drops members as they were added and removed.
    fn follow_changes(&mut self) {
        let changes = self.ready.take_changes();
        if matches!(&changes, Changes::Some(keys) if keys.is_empty()) {
            return;
        }
        let mux = self.mux.clone();
        let inner = mux.lock();
        let keys = match changes {
            Changes::Some(keys) => keys,
            Changes::All => {
                let here = self.by_key.keys().filter(|key| inner.members.get(key).is_none());
                let there = inner.members.iter().map(|(key, _)| key);
                here.chain(there).cloned().collect()
            }
        };
        for key in keys {
            self.follow(key, &inner);
        }
    }

    /// Starts what stands under a key, in place of what stood there.
    fn follow(&mut self, key: Key, inner: &Inner<O>) {
        #[cfg(test)]
        {
            self.looks += 1;
        }
        let member = inner.members.get(&key);
        if let Some((id, slot)) = self.by_key.get(&key).and_then(|id| self.slots.get_key_value(id))
        {
            // Of one that failed, the callback has yet to say what becomes of it and of its place.
            if slot.is_deciding() || member.is_some_and(|member| member.is(&slot.member)) {
                return;
            }
            let id = *id;
            self.drop_slot(id);
        }
        let Some(member) = member.cloned() else { return };
        let id = self.next_id;
        self.next_id += 1;
        let slot = Slot::start(id, key.clone(), member, self.options, &self.ready);
        self.slots.insert(id, slot);
        self.by_key.insert(key, id);
        self.running += 1;
    }

    /// How many members it streams.
    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    fn drop_slot(&mut self, id: u64) {
        if let Some(slot) = self.slots.remove(&id) {
            self.running -= usize::from(!slot.is_resting());
            self.by_key.remove(&slot.key);
        }
    }

    fn give_up(&mut self, id: u64) {
        if let Some(key) = self.slots.get(&id).map(|slot| slot.key.clone()) {
            // Whatever stands in its place by now.
            self.mux.remove(&key);
        }
        self.drop_slot(id);
    }

    /// The callback may have put another in its place, or removed it.
    fn keep(&mut self, id: u64) {
        let Some(slot) = self.slots.get_mut(&id) else { return };
        let member = self.mux.lock().members.get(&slot.key).cloned();
        match member {
            None => self.drop_slot(id),
            Some(member) if member.is(&slot.member) => {}
            Some(member) => slot.replace(member, self.options),
        }
    }

    fn finish(&mut self) {
        self.control.end();
        self.slots.clear();
        self.by_key.clear();
    }
}

impl<O: 'static> Stream for MuxStream<O> {
    type Item = Result<WatchEvent<O>, WatchError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        // Before anything is looked at, so that no change of it is missed.
        this.ready.register(cx);
        let _looked_at_below = this.control.poll_ended(cx);
        for _ in 0..TURNS {
            this.follow_changes();
            if this.running == 0 || this.control.has_ended() {
                this.finish();
                return Poll::Ready(None);
            }
            let Some(id) = this.ready.pop() else { return Poll::Pending };
            let Some(slot) = this.slots.get_mut(&id) else { continue };
            match slot.turn(&this.mux, this.options) {
                Turn::Item(item) => return Poll::Ready(Some(item)),
                Turn::Waits => {}
                Turn::Ended => this.running -= 1,
                Turn::GivenUp => this.give_up(id),
                Turn::Kept => this.keep(id),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Over once it has ended by itself or by a stop.
impl<O: 'static> FusedStream for MuxStream<O> {
    fn is_terminated(&self) -> bool {
        self.control.has_ended()
    }
}

impl<O> Drop for MuxStream<O> {
    fn drop(&mut self) {
        self.control.end();
    }
}

impl<O> fmt::Debug for MuxStream<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MuxStream")
            .field("members", &self.slots.len())
            .field("ended", &self.control.has_ended())
            .finish_non_exhaustive()
    }
}
