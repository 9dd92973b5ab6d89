//! The state of a store: objects, by which keys they are found, and who is told of changes. Guarded by one lock.

mod indexes;
mod subscribers;

use std::collections::HashMap;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use watch_protocol::uid::Uid;
use watch_runtime::WatchError;

use crate::change::ChangeOrigin;
use crate::entry::{Entry, Value};
use crate::facts::Facts;
use crate::index::labels::LabelIndex;
use crate::index::postings::Postings;
use crate::index::user_index::{ErasedKeys, UserIndex};
use crate::key::{self, ObjectKey};
use crate::mailbox::{Mailbox, Transition};
use crate::slots::{Slots, State};

/// All that a store holds.
pub(crate) struct Tables<V> {
    slots: Slots<V>,
    by_key: HashTable<u32>,
    hasher: DefaultHashBuilder,
    next_id: u64,
    pub(crate) namespaces: Postings<Box<str>>,
    pub(crate) owners: Postings<Uid>,
    pub(crate) labels: LabelIndex,
    indexes: Vec<UserIndex<V>>,
    /// Counts the indexes that were added or removed.
    index_generation: u64,
    mailboxes: Vec<Arc<Mailbox<V>>>,
    pub(crate) undecodable: HashMap<(u16, ObjectKey), Arc<WatchError>>,
    /// Whether each source has delivered its first state.
    pub(crate) is_ready: bool,
    /// Whether the store was stopped: nothing changes any more.
    pub(crate) is_stopped: bool,
}

/// Where an object is: its source, its key and its uid.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) source: u16,
    pub(crate) key: (&'a str, &'a str),
    pub(crate) uid: &'a Uid,
}

/// A version of an object to put into the store, prepared without a lock.
pub(crate) struct Put<V> {
    pub(crate) source: u16,
    pub(crate) key: ObjectKey,
    pub(crate) uid: Uid,
    pub(crate) value: Value<V>,
    pub(crate) facts: Facts,
    /// By index, in the order of the store's.
    pub(crate) keys: Vec<ErasedKeys>,
    /// The generation of the indexes whose functions have computed `keys`.
    pub(crate) index_generation: u64,
    pub(crate) origin: ChangeOrigin,
}

/// Something was prepared for other indexes than there are now.
pub(crate) struct Outdated;

/// What is to be dropped after the lock is released: the object may have code of its user's for that. Then whoever
/// waits is woken.
#[must_use = "drop it without the lock"]
pub(crate) struct Aftermath<V> {
    pub(crate) dropped: Option<Arc<Entry<V>>>,
    pub(crate) error: Option<Arc<WatchError>>,
    pub(crate) to_wake: Vec<Arc<Mailbox<V>>>,
}

impl<V> Default for Aftermath<V> {
    fn default() -> Self {
        Self { dropped: None, error: None, to_wake: Vec::new() }
    }
}

impl<V> Default for Tables<V> {
    fn default() -> Self {
        Self {
            slots: Slots::default(),
            by_key: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            next_id: 0,
            namespaces: Postings::default(),
            owners: Postings::default(),
            labels: LabelIndex::default(),
            indexes: Vec::new(),
            index_generation: 0,
            mailboxes: Vec::new(),
            undecodable: HashMap::new(),
            is_ready: false,
            is_stopped: false,
        }
    }
}

impl<V> Tables<V> {
    pub(crate) fn state(&self) -> &State<V> {
        self.slots.state()
    }

    /// Returns whether it has no object, nor a key of one.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.state().len() == 0 && self.by_key.is_empty()
    }

    /// Returns the places of the objects with a key, in any source.
    pub(crate) fn with_key<'a>(
        &'a self,
        key: (&'a str, &'a str),
    ) -> impl Iterator<Item = u32> + 'a {
        let found = self.by_key.iter_hash(key::hash(key, &self.hasher)).copied();
        found.filter(move |slot| {
            self.state().get(*slot).is_some_and(|entry| entry.key.parts() == key)
        })
    }

    /// Returns the first object with a key that a source has; in any source, if none is given.
    pub(crate) fn find(&self, key: (&str, &str), source: Option<u16>) -> Option<&Arc<Entry<V>>> {
        let slot = self.by_key.find(key::hash(key, &self.hasher), |slot| {
            self.state().get(*slot).is_some_and(|entry| {
                entry.key.parts() == key && source.is_none_or(|source| source == entry.source)
            })
        })?;
        self.state().get(*slot)
    }

    fn slot_of(&self, place: Place<'_>) -> Option<u32> {
        let is_there = |slot: &u32| {
            self.state().get(*slot).is_some_and(|entry| {
                entry.source == place.source
                    && entry.key.parts() == place.key
                    && entry.uid.matches(place.uid)
            })
        };
        self.by_key.find(key::hash(place.key, &self.hasher), is_there).copied()
    }

    /// Puts a version of an object into the store.
    ///
    /// # Errors
    ///
    /// Leaves it there if the indexes have changed since it was prepared.
    pub(crate) fn put(&mut self, put: &mut Option<Put<V>>) -> Result<Aftermath<V>, Outdated> {
        let index_generation = self.index_generation;
        let Some(put) = put.take_if(|put| put.index_generation == index_generation) else {
            return Err(Outdated);
        };
        let Put { source, key, uid, value, facts, keys, origin, .. } = put;
        let slot = self.slot_of(Place { source, key: key.parts(), uid: &uid });
        let before = slot.and_then(|slot| self.state().get(slot)).cloned();
        let id = before.as_ref().map_or(self.next_id, |before| before.id);
        let error = if self.undecodable.is_empty() {
            None
        } else {
            self.undecodable.remove(&(source, key.clone()))
        };
        let noticed = self.notice_before(slot);
        let after = Arc::new(Entry { id, key, uid, source, value });
        let slot = if let Some(slot) = slot {
            // The older entry is dropped by whoever has it last.
            drop(self.slots.replace(slot, Arc::clone(&after)));
            slot
        } else {
            self.next_id += 1;
            self.insert(Arc::clone(&after))
        };
        self.labels.set(slot, &facts.labels);
        self.owners.set(slot, facts.owners);
        for (index, keys) in self.indexes.iter_mut().zip(keys) {
            index.set(slot, Some(keys));
        }
        let transition = Transition { before: before.clone(), after: Some(after), origin };
        let to_wake = self.notify(slot, &noticed, &transition);
        Ok(Aftermath { dropped: before, error, to_wake })
    }

    fn insert(&mut self, entry: Arc<Entry<V>>) -> u32 {
        let hash = key::hash(entry.key.parts(), &self.hasher);
        let namespace = Box::from(entry.key.namespace());
        let slot = self.slots.insert(entry);
        let (state, hasher) = (self.slots.state(), &self.hasher);
        self.by_key.insert_unique(hash, slot, |slot| {
            state.get(*slot).map_or(0, |entry| key::hash(entry.key.parts(), hasher))
        });
        self.namespaces.set(slot, Some(namespace));
        slot
    }

    /// Removes an object, if it is there.
    pub(crate) fn remove(&mut self, place: Place<'_>, origin: ChangeOrigin) -> Aftermath<V> {
        let mut aftermath = Aftermath::default();
        if !self.undecodable.is_empty() {
            let key = ObjectKey::new(place.key.0, place.key.1);
            aftermath.error = self.undecodable.remove(&(place.source, key));
        }
        let Some(slot) = self.slot_of(place) else { return aftermath };
        let noticed = self.notice_before(Some(slot));
        let hash = key::hash(place.key, &self.hasher);
        if let Ok(entry) = self.by_key.find_entry(hash, |other| *other == slot) {
            entry.remove();
        }
        let before = self.slots.remove(slot);
        self.namespaces.set(slot, None);
        self.owners.set(slot, None);
        self.labels.remove(slot);
        for index in &mut self.indexes {
            index.set(slot, None);
        }
        let transition = Transition { before: before.clone(), after: None, origin };
        aftermath.to_wake = self.notify(slot, &noticed, &transition);
        aftermath.dropped = before;
        aftermath
    }
}
