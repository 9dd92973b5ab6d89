//! An index by a user's function, with the type of its keys erased.

use std::any::Any;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use crate::index::postings::Postings;

/// Computes the keys of an object. It is user code: no lock is held while it runs.
pub(crate) type Extract<V> = Arc<dyn Fn(&V) -> ErasedKeys + Send + Sync>;

/// The keys of an object: a `Vec<K>`.
pub(crate) type ErasedKeys = Box<dyn Any + Send>;

/// An index of a store. Only `Hash`, `Eq` and `Drop` of keys run while the store is locked.
pub(crate) struct UserIndex<V> {
    pub(crate) id: u64,
    pub(crate) extract: Extract<V>,
    pub(crate) table: Box<dyn Table>,
    /// The places that have changed since the index was added, until what was there before is indexed, too.
    changed: Option<HashSet<u32>>,
}

/// The keys of an index, by which objects are found.
pub(crate) trait Table: Any + Send + Sync {
    /// Sets the keys of a place; `None` empties it.
    fn set(&mut self, slot: u32, keys: Option<ErasedKeys>);
}

impl<K: Eq + Hash + Send + Sync + 'static> Table for Postings<K> {
    fn set(&mut self, slot: u32, keys: Option<ErasedKeys>) {
        let keys = keys.and_then(|keys| keys.downcast::<Vec<K>>().ok()).unwrap_or_default();
        Self::set(self, slot, *keys);
    }
}

impl<V> UserIndex<V> {
    /// Creates an index in which what is in the store has yet to be indexed.
    pub(crate) fn new(id: u64, extract: Extract<V>, table: Box<dyn Table>) -> Self {
        Self { id, extract, table, changed: Some(HashSet::new()) }
    }

    /// Indexes a change of the store.
    pub(crate) fn set(&mut self, slot: u32, keys: Option<ErasedKeys>) {
        if let Some(changed) = &mut self.changed {
            changed.insert(slot);
        }
        self.table.set(slot, keys);
    }

    /// Indexes what was in the store when the index was added, unless the place has changed since.
    pub(crate) fn set_earlier(&mut self, slot: u32, keys: ErasedKeys) {
        if self.changed.as_ref().is_some_and(|changed| !changed.contains(&slot)) {
            self.table.set(slot, Some(keys));
        }
    }

    /// All that was in the store is indexed.
    pub(crate) fn complete(&mut self) {
        self.changed = None;
    }

    /// Returns the table, if its keys are of this type.
    pub(crate) fn table<K: Eq + Hash + Send + Sync + 'static>(&self) -> Option<&Postings<K>> {
        let table: &dyn Any = &*self.table;
        table.downcast_ref()
    }
}
