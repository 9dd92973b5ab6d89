//! The members of a multiplexer, by their keys and in the order in which they were added.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};

use crate::mux::member::{Key, MuxMember};

/// Adding and removing one takes no longer where there are many.
pub(super) struct Members<O> {
    in_order: BTreeMap<u64, (Key, MuxMember<O>)>,
    places: HashMap<Key, u64>,
    next: u64,
}

impl<O> Members<O> {
    /// Adds one, in the place of another with this key, which it gives.
    pub(super) fn add(&mut self, key: Key, member: MuxMember<O>) -> Option<MuxMember<O>> {
        let next = self.next;
        let place = *self.places.entry(key.clone()).or_insert(next);
        self.next += u64::from(place == next);
        self.in_order.insert(place, (key, member)).map(|(_, replaced)| replaced)
    }

    pub(super) fn remove(&mut self, key: &Key) -> Option<MuxMember<O>> {
        let place = self.places.remove(key)?;
        self.in_order.remove(&place).map(|(_, removed)| removed)
    }

    pub(super) fn get(&self, key: &Key) -> Option<&MuxMember<O>> {
        let place = self.places.get(key)?;
        self.in_order.get(place).map(|(_, member)| member)
    }

    /// Those that were added without a name and watch this type; of dynamic objects, each resource.
    pub(super) fn keys_of_type(&self, id: TypeId) -> Vec<Key> {
        let is_meant = |key: &&Key| matches!(key, Key::Type(known, _) if *known == id);
        self.places.keys().filter(is_meant).cloned().collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Key, MuxMember<O>)> {
        self.in_order.values()
    }

    pub(super) fn len(&self) -> usize {
        self.in_order.len()
    }
}

impl<O> Default for Members<O> {
    fn default() -> Self {
        Self { in_order: BTreeMap::new(), places: HashMap::new(), next: 0 }
    }
}
