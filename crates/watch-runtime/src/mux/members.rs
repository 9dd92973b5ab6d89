//! The members of a multiplexer, by key and in insertion order.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};

use crate::mux::member::{Key, MuxMember};

/// Insertion and removal do not slow down with the number of members.
pub(super) struct Members<O> {
    in_order: BTreeMap<u64, (Key, MuxMember<O>)>,
    positions: HashMap<Key, u64>,
    next: u64,
}

impl<O> Members<O> {
    /// Inserts a member. If the key is in use, takes over its position and returns the member replaced.
    pub(super) fn insert(&mut self, key: Key, member: MuxMember<O>) -> Option<MuxMember<O>> {
        let next = self.next;
        let position = *self.positions.entry(key.clone()).or_insert(next);
        self.next += u64::from(position == next);
        self.in_order.insert(position, (key, member)).map(|(_, replaced)| replaced)
    }

    pub(super) fn remove(&mut self, key: &Key) -> Option<MuxMember<O>> {
        let position = self.positions.remove(key)?;
        self.in_order.remove(&position).map(|(_, removed)| removed)
    }

    pub(super) fn get(&self, key: &Key) -> Option<&MuxMember<O>> {
        let position = self.positions.get(key)?;
        self.in_order.get(position).map(|(_, member)| member)
    }

    /// Returns the keys of the members of a type that were added without a name: one per resource if the
    /// type is dynamic.
    pub(super) fn keys_of_type(&self, id: TypeId) -> Vec<Key> {
        let matches = |key: &&Key| matches!(key, Key::Type(type_id, _) if *type_id == id);
        self.positions.keys().filter(matches).cloned().collect()
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
        Self { in_order: BTreeMap::new(), positions: HashMap::new(), next: 0 }
    }
}
