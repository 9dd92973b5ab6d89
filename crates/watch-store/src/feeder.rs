//! The task that brings a source's events into a store.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;

use futures::StreamExt as _;
use watch_protocol::uid::Uid;
use watch_runtime::{EventType, RawEvent, RawEvents};

use crate::change::ChangeOrigin;
use crate::facts::Facts;
use crate::index::user_index::{ErasedKeys, Extract};
use crate::keeper::Kept;
use crate::key::ObjectKey;
use crate::progress::End;
use crate::shared::Shared;
use crate::tables::{Outdated, Place, Put};

/// Feeds a store from one source until it ends.
pub(crate) async fn feed<V: Send + Sync + 'static>(
    shared: Arc<Shared<V>>,
    source: usize,
    mut events: RawEvents,
) {
    // If a function of the user's panics, or the task is aborted, the store must not seem to be fed.
    let ends = EndsSource { shared: &shared, source };
    let mut feeder = Feeder::new(&shared, source);
    let end = loop {
        let polled = poll_fn(|cx| {
            let polled = events.poll_next_unpin(cx);
            if polled.is_pending() {
                // Bookmarks and the ends of lists are no items.
                feeder.advance(&events);
            }
            polled
        });
        match polled.await {
            Some(Ok(event)) => feeder.take(&mut events, event),
            Some(Err(error)) => break End::Failed(Arc::new(error)),
            None => break End::Stopped,
        }
        feeder.advance(&events);
        tokio::task::consume_budget().await;
    };
    shared.end(source, end);
    drop(ends);
}

/// Ends the source, unless it has ended for a better reason.
struct EndsSource<'a, V> {
    shared: &'a Shared<V>,
    source: usize,
}

impl<V> Drop for EndsSource<'_, V> {
    fn drop(&mut self) {
        let end = if std::thread::panicking() { End::Panicked } else { End::Stopped };
        self.shared.end(self.source, end);
    }
}

/// Applies the events of one source.
pub(crate) struct Feeder<V> {
    pub(crate) shared: Arc<Shared<V>>,
    /// The place of the source.
    pub(crate) source: usize,
    /// The generation of the indexes that these are the functions of.
    generation: u64,
    functions: Vec<Extract<V>>,
}

/// An object that was received.
pub(crate) struct Received<V> {
    pub(crate) key: ObjectKey,
    pub(crate) uid: Uid,
    pub(crate) facts: Facts,
    pub(crate) kept: Kept<V>,
    pub(crate) origin: ChangeOrigin,
}

impl<V: Send + Sync + 'static> Feeder<V> {
    pub(crate) fn new(shared: &Arc<Shared<V>>, source: usize) -> Self {
        Self { shared: Arc::clone(shared), source, generation: 0, functions: Vec::new() }
    }

    fn advance(&self, events: &RawEvents) {
        self.shared.advance(self.source, events.has_synced(), events.resource_version());
    }

    fn source(&self) -> u16 {
        u16::try_from(self.source).expect("a store has fewer sources than 2^16")
    }

    fn take(&mut self, events: &mut RawEvents, event: RawEvent) {
        let RawEvent { delivery, key } = event;
        let identity = &delivery.identity;
        let origin = delivery.origin.into();
        if delivery.etype == EventType::Deleted {
            return self.remove((&identity.namespace, &identity.name), &identity.uid, origin);
        }
        let key = key
            .map_or_else(|| ObjectKey::new(&identity.namespace, &identity.name), ObjectKey::shared);
        match self.shared.keeper.keep(&delivery, events.resource()) {
            Ok(kept) => {
                events.record_decoded(&delivery);
                let (uid, facts) = (identity.uid.clone(), Facts::of(&delivery.object));
                self.put(Received { key, uid, facts, kept, origin });
            }
            Err(error) => {
                let error = Arc::new(events.record_undecodable(&delivery, error));
                let source = self.source();
                let replaced = self.shared.write().undecodable.insert((source, key), error);
                drop(replaced);
            }
        }
    }

    /// Removes an object, if it is there.
    pub(crate) fn remove(&self, key: (&str, &str), uid: &Uid, origin: ChangeOrigin) {
        let place = Place { source: self.source(), key, uid };
        let Ok(()) = self.shared.change(|tables| Ok::<_, Infallible>(tables.remove(place, origin)));
    }

    /// Puts a version of an object into the store.
    pub(crate) fn put(&mut self, received: Received<V>) {
        let Received { key, uid, facts, kept: Kept { whole, value }, origin } = received;
        let mut put = Some(Put {
            source: self.source(),
            key,
            uid,
            value,
            facts,
            keys: self.keys(&whole),
            index_generation: self.generation,
            origin,
        });
        while let Err(Outdated) = self.shared.change(|tables| tables.put(&mut put)) {
            self.renew_functions();
            if let Some(put) = &mut put {
                put.keys = self.keys(&whole);
                put.index_generation = self.generation;
            }
        }
    }

    /// Runs the functions of all indexes.
    fn keys(&self, object: &V) -> Vec<ErasedKeys> {
        self.functions.iter().map(|extract| extract(object)).collect()
    }

    fn renew_functions(&mut self) {
        let shared = Arc::clone(&self.shared);
        let tables = shared.read();
        self.generation = tables.index_generation();
        let functions = tables.indexes().iter().map(|index| Arc::clone(&index.extract)).collect();
        drop(tables);
        // What a function has captured is dropped with it, which may be an index of this store.
        self.functions = functions;
    }
}
