//! The objects of a store at one time.

use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;

use watch_runtime::EventSource;

use crate::handle::Handle;
use crate::key::ObjectKey;
use crate::slots::State;

/// All objects of a store at one time. It takes no memory of its own, except for objects that have changed or were
/// deleted since.
pub struct Snapshot<V: Send + Sync + 'static> {
    handle: Arc<Handle<V>>,
    state: State<V>,
}

impl<V: Send + Sync + 'static> Snapshot<V> {
    pub(crate) fn new(handle: Arc<Handle<V>>, state: State<V>) -> Self {
        Self { handle, state }
    }

    /// Returns the number of objects.
    pub fn len(&self) -> usize {
        self.state.len()
    }

    /// Returns whether there are no objects.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the objects, in no particular order.
    pub fn iter(&self) -> Objects<V> {
        let (handle, state) = (Arc::clone(&self.handle), self.state.clone());
        Objects { handle, left: state.len(), state, next: 0 }
    }
}

impl<V: Send + Sync + 'static> IntoIterator for &Snapshot<V> {
    type Item = Stored<V>;
    type IntoIter = Objects<V>;

    fn into_iter(self) -> Objects<V> {
        self.iter()
    }
}

impl<V: Send + Sync + 'static> IntoIterator for Snapshot<V> {
    type Item = Stored<V>;
    type IntoIter = Objects<V>;

    fn into_iter(self) -> Objects<V> {
        self.iter()
    }
}

impl<V: Send + Sync + 'static> fmt::Debug for Snapshot<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// An object in a store, and where it comes from.
#[non_exhaustive]
pub struct Stored<V> {
    /// The object's namespace and name.
    pub key: ObjectKey,
    /// The object.
    pub object: Arc<V>,
    /// The source that it comes from; unnamed if the store has only one.
    pub source: EventSource,
}

impl<V> fmt::Debug for Stored<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("key", &self.key)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// The iterator of a [`Snapshot`]. In a compact store, each object is decoded as it is reached.
pub struct Objects<V: Send + Sync + 'static> {
    handle: Arc<Handle<V>>,
    state: State<V>,
    next: u32,
    left: usize,
}

impl<V: Send + Sync + 'static> Iterator for Objects<V> {
    type Item = Stored<V>;

    fn next(&mut self) -> Option<Stored<V>> {
        let (slot, entry) = self.state.next_from(self.next)?;
        self.next = slot + 1;
        self.left -= 1;
        let shared = &self.handle.shared;
        let (key, source) = (entry.key.clone(), shared.source_name(entry.source));
        Some(Stored { key, object: shared.open(entry), source })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<V: Send + Sync + 'static> ExactSizeIterator for Objects<V> {}

impl<V: Send + Sync + 'static> FusedIterator for Objects<V> {}

impl<V: Send + Sync + 'static> fmt::Debug for Objects<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").field("left", &self.left).finish_non_exhaustive()
    }
}
