//! The places of objects, of which a snapshot is taken at no cost.
//!
//! Places are in chunks that are shared with snapshots and copied before they change. An object stays in its place for
//! as long as it exists, so two states are compared place by place, and chunks that they share are passed over.

use std::sync::Arc;

use crate::entry::Entry;
#[cfg(test)]
use crate::tests::visits;

/// The number of places in a chunk: as many pointers are copied when one of them changes after a snapshot.
const CHUNK: usize = 128;

type Chunk<V> = [Option<Arc<Entry<V>>>; CHUNK];

/// The present objects by place.
pub(crate) struct Slots<V> {
    state: State<V>,
    free: Vec<u32>,
}

/// The objects at one time, by place.
pub(crate) struct State<V> {
    chunks: Arc<Vec<Arc<Chunk<V>>>>,
    len: usize,
}

impl<V> Clone for State<V> {
    fn clone(&self) -> Self {
        Self { chunks: Arc::clone(&self.chunks), len: self.len }
    }
}

/// What became of an object between two states.
pub(crate) type Difference<V> = (Option<Arc<Entry<V>>>, Option<Arc<Entry<V>>>);

impl<V> Default for Slots<V> {
    fn default() -> Self {
        Self { state: State { chunks: Arc::default(), len: 0 }, free: Vec::new() }
    }
}

impl<V> Slots<V> {
    /// Puts a new object into a free place.
    pub(crate) fn insert(&mut self, entry: Arc<Entry<V>>) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            let chunks = Arc::make_mut(&mut self.state.chunks);
            let first = chunks.len() * CHUNK;
            chunks.push(Arc::new([const { None }; CHUNK]));
            let first = u32::try_from(first).expect("there are fewer objects than 2^32");
            let end = first + u32::try_from(CHUNK).expect("it is small");
            self.free.extend((first + 1..end).rev());
            first
        });
        self.state.len += 1;
        *self.place(slot) = Some(entry);
        slot
    }

    /// Puts an object into its place. Returns what was there before.
    pub(crate) fn replace(&mut self, slot: u32, entry: Arc<Entry<V>>) -> Option<Arc<Entry<V>>> {
        self.place(slot).replace(entry)
    }

    pub(crate) fn remove(&mut self, slot: u32) -> Option<Arc<Entry<V>>> {
        let removed = self.place(slot).take()?;
        self.state.len -= 1;
        self.free.push(slot);
        Some(removed)
    }

    fn place(&mut self, slot: u32) -> &mut Option<Arc<Entry<V>>> {
        let chunk = &mut Arc::make_mut(&mut self.state.chunks)[slot as usize / CHUNK];
        &mut Arc::make_mut(chunk)[slot as usize % CHUNK]
    }

    /// Returns the present state, which stays as it is.
    pub(crate) fn state(&self) -> &State<V> {
        &self.state
    }
}

impl<V> State<V> {
    pub(crate) fn get(&self, slot: u32) -> Option<&Arc<Entry<V>>> {
        #[cfg(test)]
        visits::count();
        self.chunks.get(slot as usize / CHUNK)?[slot as usize % CHUNK].as_ref()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the first object in the places from this one on, and its place.
    pub(crate) fn next_from(&self, slot: u32) -> Option<(u32, &Arc<Entry<V>>)> {
        let end = self.chunks.len() * CHUNK;
        (slot..u32::try_from(end).unwrap_or(u32::MAX))
            .find_map(|slot| self.get(slot).map(|entry| (slot, entry)))
    }

    /// Returns the differences between this state and a later one: deletions first, so that an object that was deleted
    /// precedes another of its name.
    pub(crate) fn differences(&self, later: &Self) -> Vec<Difference<V>> {
        let (mut deleted, mut rest) = (Vec::new(), Vec::new());
        for at in 0..self.chunks.len().max(later.chunks.len()) {
            let (old, new) = (self.chunks.get(at), later.chunks.get(at));
            if let (Some(old), Some(new)) = (old, new)
                && Arc::ptr_eq(old, new)
            {
                continue;
            }
            for place in 0..CHUNK {
                let before = old.and_then(|chunk| chunk[place].as_ref());
                let after = new.and_then(|chunk| chunk[place].as_ref());
                match (before, after) {
                    (None, None) => {}
                    (Some(before), Some(after)) if Arc::ptr_eq(before, after) => {}
                    (Some(before), Some(after)) if before.id == after.id => {
                        rest.push((Some(Arc::clone(before)), Some(Arc::clone(after))));
                    }
                    (before, after) => {
                        deleted.extend(before.map(|before| (Some(Arc::clone(before)), None)));
                        rest.extend(after.map(|after| (None, Some(Arc::clone(after)))));
                    }
                }
            }
        }
        deleted.append(&mut rest);
        deleted
    }
}
