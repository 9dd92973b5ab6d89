//! The state behind the store's lock: collections, revision and history.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::event::Event;
use super::history::{History, Limits, TooOld};
use super::object::{Key, Object};
use crate::support::random::Random;

/// As on a server that has run for a while, small versions such as 1 are too old.
const FIRST_REVISION: u64 = 1_000;

pub(crate) struct State {
    pub(crate) collections: Vec<BTreeMap<Key, Arc<Object>>>,
    pub(super) history: History,
    pub(crate) random: Random,
    revision: u64,
}

impl State {
    pub(crate) fn new(collections: usize, history: Limits) -> Self {
        Self {
            collections: vec![BTreeMap::new(); collections],
            history: History::new(history, FIRST_REVISION),
            random: Random::from_entropy(),
            revision: FIRST_REVISION,
        }
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn object(&self, collection: usize, key: &Key) -> Option<Arc<Object>> {
        self.collections[collection].get(key).cloned()
    }

    pub(crate) fn objects(&self, collection: usize) -> Vec<Arc<Object>> {
        self.collections[collection].values().cloned().collect()
    }

    /// Adds empty collections up to this number.
    pub(crate) fn resize(&mut self, collections: usize) {
        let collections = collections.max(self.collections.len());
        self.collections.resize_with(collections, BTreeMap::new);
    }

    /// Deletes all objects of a collection.
    pub(crate) fn clear(&mut self, collection: usize) {
        for object in self.objects(collection) {
            self.remove(collection, object.key());
        }
    }

    /// Returns the keys of a namespace's objects.
    pub(crate) fn keys_in(&self, collection: usize, namespace: &str) -> Vec<Key> {
        self.collections[collection]
            .range(Key::new(Some(namespace), "")..)
            .map(|(key, _)| key)
            .take_while(|key| key.namespace == namespace)
            .cloned()
            .collect()
    }

    /// Returns whether a namespace has objects.
    pub(crate) fn has_any_in(&self, collection: usize, namespace: &str) -> bool {
        let mut keys = self.collections[collection].range(Key::new(Some(namespace), "")..);
        keys.next().is_some_and(|(key, _)| key.namespace == namespace)
    }

    /// Creates or replaces an object with the next revision.
    pub(crate) fn put(&mut self, collection: usize, key: Key, value: Value) -> Arc<Object> {
        self.revision += 1;
        let object = Arc::new(Object::new(key.clone(), value, self.revision));
        let before = self.collections[collection].insert(key, Arc::clone(&object));
        let after = Some(Arc::clone(&object));
        self.history.push(Event::new(self.revision, collection, before, after));
        object
    }

    /// Deletes an object and returns its last state.
    pub(crate) fn remove(&mut self, collection: usize, key: &Key) -> Option<Arc<Object>> {
        let object = self.collections[collection].remove(key)?;
        self.revision += 1;
        let before = Some(Arc::clone(&object));
        self.history.push(Event::new(self.revision, collection, before, None));
        Some(object)
    }

    pub(crate) fn events_after(
        &self,
        revision: u64,
        limit: usize,
    ) -> Result<(Vec<Arc<Event>>, u64), TooOld> {
        let mut events = self.history.after(revision)?;
        let batch: Vec<_> = events.by_ref().take(limit).cloned().collect();
        let reached = match (events.next(), batch.last()) {
            (None, _) => self.revision,
            (Some(_), Some(last)) => last.revision,
            (Some(_), None) => revision,
        };
        Ok((batch, reached))
    }

    pub(crate) fn compact(&mut self) {
        self.history.compact(self.revision);
    }
}
