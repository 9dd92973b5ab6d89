//! An index that a user has added to a store.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::entry::Entry;
use crate::handle::Handle;
use crate::index::postings::Postings;
use crate::index::slot_set::SlotSet;
use crate::index::user_index::{ErasedKeys, Extract, UserIndex};
use crate::mailbox::{Filter, IndexValue};
use crate::tables::Tables;

/// How many objects are indexed or returned while the store is locked.
const BATCH: usize = 256;

/// An index of a store, by the keys that a function computes: [`Store::index`](crate::Store::index) creates it.
///
/// It is kept up to date with each change. Clones are handles of the same index; with the last of them it is removed.
pub struct Index<V: Send + Sync + 'static, K> {
    registration: Arc<Registration<V>>,
    keys: PhantomData<fn() -> K>,
}

/// Removes the index with the last handle.
struct Registration<V: Send + Sync + 'static> {
    handle: Arc<Handle<V>>,
    id: u64,
}

impl<V: Send + Sync + 'static> Drop for Registration<V> {
    fn drop(&mut self) {
        let removed = self.handle.shared.write().remove_index(self.id);
        // Without the lock.
        drop(removed);
    }
}

impl<V, K> Index<V, K>
where
    V: Send + Sync + 'static,
    K: Eq + Hash + Send + Sync + 'static,
{
    /// Adds an index to a store and indexes what is there. Changes that come meanwhile are indexed as they come.
    pub(crate) fn add<F, I>(handle: &Arc<Handle<V>>, keys: F) -> Self
    where
        F: Fn(&V) -> I + Send + Sync + 'static,
        I: IntoIterator<Item = K>,
    {
        let extract: Extract<V> = Arc::new(move |object| -> ErasedKeys {
            Box::new(keys(object).into_iter().collect::<Vec<K>>())
        });
        let shared = handle.started();
        let (id, state) = {
            let mut tables = shared.write();
            let index =
                |id| UserIndex::new(id, Arc::clone(&extract), Box::new(Postings::<K>::default()));
            (tables.add_index(index), tables.state().clone())
        };
        // From here on, a panic of the function removes it.
        let registration = Arc::new(Registration { handle: Arc::clone(handle), id });
        let mut next = 0;
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            while batch.len() < BATCH
                && let Some((slot, entry)) = state.next_from(next)
            {
                next = slot + 1;
                batch.push((slot, extract(&shared.open(entry))));
            }
            let is_last = batch.len() < BATCH;
            let mut tables = shared.write();
            if let Some(index) = tables.index_mut(id) {
                for (slot, keys) in batch {
                    index.set_earlier(slot, keys);
                }
                if is_last {
                    index.complete();
                }
            }
            if is_last {
                drop(tables);
                return Self { registration, keys: PhantomData };
            }
        }
    }

    /// Returns the objects that have a key, in no particular order.
    pub fn get<Q>(&self, key: &Q) -> Vec<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let shared = &self.registration.handle.shared;
        let entries = select(&self.registration.handle, |tables| {
            let slots = self.table(tables).and_then(|table| table.slots(key));
            slots.map(|slots| slots.iter().collect()).unwrap_or_default()
        });
        entries.iter().map(|entry| shared.open(entry)).collect()
    }

    /// Returns the number of objects that have a key.
    pub fn count<Q>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let tables = self.registration.handle.shared.read();
        let slots = self.table(&tables).and_then(|table| table.slots(key));
        slots.map_or(0, SlotSet::len)
    }

    /// Returns all keys that objects have, in no particular order.
    pub fn keys(&self) -> Vec<K>
    where
        K: Clone,
    {
        let tables = self.registration.handle.shared.read();
        let table = self.table(&tables).into_iter();
        table.flat_map(|table| table.iter().map(|(_, (key, _))| key.clone())).collect()
    }

    fn table<'a>(&self, tables: &'a Tables<V>) -> Option<&'a Postings<K>> {
        tables.index(self.registration.id)?.table()
    }

    /// Returns the filter of a subscription to what has a key. It keeps the index.
    pub(crate) fn filter(&self, key: K) -> Filter<V> {
        let value = Value { key, _index: self.clone() };
        Filter::Index { index: self.registration.id, value: Arc::new(value) }
    }

    pub(crate) fn handle(&self) -> &Arc<Handle<V>> {
        &self.registration.handle
    }
}

/// Returns the objects in the places that are looked up. If they are many, only the places are taken while the store is
/// locked.
pub(crate) fn select<V: Send + Sync + 'static>(
    handle: &Handle<V>,
    slots: impl FnOnce(&Tables<V>) -> Vec<u32>,
) -> Vec<Arc<Entry<V>>> {
    let tables = handle.started().read();
    let slots = slots(&tables);
    if slots.len() <= BATCH {
        return slots.iter().filter_map(|slot| tables.state().get(*slot).cloned()).collect();
    }
    let state = tables.state().clone();
    drop(tables);
    slots.iter().filter_map(|slot| state.get(*slot).cloned()).collect()
}

/// A key, and the index that has to be kept for it.
struct Value<V: Send + Sync + 'static, K> {
    key: K,
    _index: Index<V, K>,
}

impl<V, K> IndexValue<V> for Value<V, K>
where
    V: Send + Sync + 'static,
    K: Eq + Hash + Send + Sync + 'static,
{
    fn is_of(&self, index: &UserIndex<V>, slot: u32) -> bool {
        index.table::<K>().is_some_and(|table| table.has(slot, &self.key))
    }

    fn slots(&self, index: &UserIndex<V>) -> Vec<u32> {
        let slots = index.table::<K>().and_then(|table| table.slots(&self.key));
        slots.map(|slots| slots.iter().collect()).unwrap_or_default()
    }
}

impl<V: Send + Sync + 'static, K> Clone for Index<V, K> {
    fn clone(&self) -> Self {
        Self { registration: Arc::clone(&self.registration), keys: PhantomData }
    }
}

impl<V: Send + Sync + 'static, K> fmt::Debug for Index<V, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").finish_non_exhaustive()
    }
}
