//! The state behind the store's lock: collections, and the timelines of their changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::event::Event;
use super::history::{Limits, TooOld};
use super::object::{Key, Object};
use super::timeline::{Point, Timeline};
use crate::support::random::Random;

/// As on a server that has run for a while, small versions such as 1 are too old.
const FIRST_REVISION: u64 = 1_000;
/// The revision of a collection of which nothing was recorded yet. Version 0 would mean any to clients.
const BEFORE_ALL_REVISIONS: u64 = 1;

pub(crate) struct State {
    pub(crate) collections: Vec<BTreeMap<Key, Arc<Object>>>,
    pub(crate) random: Random,
    /// One that all collections share, or one of each collection.
    timelines: Vec<Timeline>,
    is_shared: bool,
    /// The number of changes that watches must see.
    changes: u64,
    limits: Limits,
}

impl State {
    /// Creates a state whose collections share their revisions.
    pub(crate) fn new(collections: usize, history: Limits) -> Self {
        Self {
            collections: vec![BTreeMap::new(); collections],
            random: Random::from_entropy(),
            timelines: vec![Timeline::new(history, FIRST_REVISION)],
            is_shared: true,
            changes: 0,
            limits: history,
        }
    }

    /// Creates a state whose collections have revisions of their own, as recordings of them have.
    pub(crate) fn with_own_revisions(collections: usize, history: Limits) -> Self {
        let timelines = (0..collections).map(|_| Timeline::new(history, BEFORE_ALL_REVISIONS));
        let timelines = timelines.collect();
        Self { timelines, is_shared: false, ..Self::new(collections, history) }
    }

    /// Returns the latest revision of all collections.
    pub(crate) fn revision(&self) -> u64 {
        self.timelines.iter().map(Timeline::revision).max().unwrap_or_default()
    }

    /// Returns the latest point of a collection's timeline.
    pub(crate) fn now(&self, collection: usize) -> Point {
        self.timeline(collection).now()
    }

    /// Returns the number of changes, for those who wait for one.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    pub(crate) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
        self.timelines.iter_mut().for_each(|timeline| timeline.set_limits(limits));
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
        if !self.is_shared {
            let limits = self.limits;
            let timeline = || Timeline::new(limits, BEFORE_ALL_REVISIONS);
            self.timelines.resize_with(collections, timeline);
        }
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
        let revision = self.now(collection).revision + 1;
        let object = Arc::new(Object::new(key.clone(), value, revision));
        let before = self.collections[collection].insert(key, Arc::clone(&object));
        let after = Some(Arc::clone(&object));
        self.push(Event::new(revision, collection, before, after));
        object
    }

    /// Deletes an object and returns its last state.
    pub(crate) fn remove(&mut self, collection: usize, key: &Key) -> Option<Arc<Object>> {
        let object = self.collections[collection].remove(key)?;
        let revision = self.now(collection).revision + 1;
        let before = Some(Arc::clone(&object));
        self.push(Event::new(revision, collection, before, None));
        Some(object)
    }

    /// Adds an event, whose revision must be later than those of its collection before.
    pub(super) fn push(&mut self, event: Event) {
        self.changes += 1;
        self.timeline_mut(event.collection).push(event);
    }

    /// Restarts the timeline of a collection. Watches of it end, as their versions have expired.
    pub(super) fn restart(&mut self, collection: usize, revision: u64) {
        self.changes += 1;
        self.timeline_mut(collection).restart(revision);
    }

    /// Lets the collection go on to a revision at which it did not change.
    pub(crate) fn advance(&mut self, collection: usize, revision: u64) {
        self.timeline_mut(collection).advance(revision);
    }

    /// Returns up to `limit` events of the collection's timeline after a point, and the revision up to which
    /// they are complete. Collections that share the timeline have events there, too.
    pub(crate) fn events_after(
        &self,
        collection: usize,
        point: Point,
        limit: usize,
    ) -> Result<(Vec<Arc<Event>>, u64), TooOld> {
        self.timeline(collection).events_after(point, limit)
    }

    pub(crate) fn compact(&mut self) {
        self.timelines.iter_mut().for_each(Timeline::compact);
    }

    pub(super) fn timeline(&self, collection: usize) -> &Timeline {
        &self.timelines[if self.is_shared { 0 } else { collection }]
    }

    fn timeline_mut(&mut self, collection: usize) -> &mut Timeline {
        &mut self.timelines[if self.is_shared { 0 } else { collection }]
    }
}
