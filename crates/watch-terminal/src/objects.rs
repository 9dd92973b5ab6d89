//! The objects of a kind: what is kept of each, in places that stay the same.

use std::time::Duration;

use hashbrown::HashMap;
use jiff::Timestamp;
use watch_protocol::EventType;

use crate::cell::Cell;
use crate::history::History;

/// What tells the objects of a kind apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The place of its cluster in [`Setup::clusters`](crate::Setup::clusters).
    pub cluster: usize,
    /// The namespace; empty if it is in none.
    pub namespace: Box<str>,
    /// The name.
    pub name: Box<str>,
}

/// An object, with its past.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) key: Key,
    pub(crate) row: Row,
    pub(crate) history: History,
}

/// What is shown of an object in a table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) cells: Box<[Cell]>,
    /// When it changed last; `None` if it has not since the start.
    pub(crate) changed: Option<Timestamp>,
    /// How often it has changed since the start.
    pub(crate) changes: u32,
    /// What happened last, and when it did: it is lit for a moment.
    pub(crate) lit: Option<(EventType, Duration)>,
    pub(crate) is_deleted: bool,
}

/// The objects of a kind.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    slots: Vec<Option<Object>>,
    free: Vec<u32>,
    ids: HashMap<Key, u32>,
}

impl Objects {
    pub(crate) fn get(&self, id: u32) -> Option<&Object> {
        self.slots.get(id as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Object> {
        self.slots.get_mut(id as usize)?.as_mut()
    }

    pub(crate) fn id(&self, key: &Key) -> Option<u32> {
        self.ids.get(key).copied()
    }

    pub(crate) fn insert(&mut self, object: Object) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("fewer objects than that fit into memory")
        });
        self.ids.insert(object.key.clone(), id);
        self.slots[id as usize] = Some(object);
        id
    }

    pub(crate) fn remove(&mut self, id: u32) -> Option<Object> {
        let object = self.slots.get_mut(id as usize)?.take()?;
        self.ids.remove(&object.key);
        self.free.push(id);
        Some(object)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Object)> {
        let slots = (0..).zip(&self.slots);
        slots.filter_map(|(id, slot)| Some((id, slot.as_ref()?)))
    }
}
