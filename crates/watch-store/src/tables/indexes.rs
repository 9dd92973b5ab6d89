//! The indexes that users have added.

use crate::index::user_index::UserIndex;
use crate::tables::Tables;

impl<V> Tables<V> {
    pub(crate) fn index_generation(&self) -> u64 {
        self.index_generation
    }

    pub(crate) fn indexes(&self) -> &[UserIndex<V>] {
        &self.indexes
    }

    pub(crate) fn index(&self, id: u64) -> Option<&UserIndex<V>> {
        self.indexes.iter().find(|index| index.id == id)
    }

    pub(crate) fn index_mut(&mut self, id: u64) -> Option<&mut UserIndex<V>> {
        self.indexes.iter_mut().find(|index| index.id == id)
    }

    /// Adds an index, whose id it makes up.
    pub(crate) fn add_index(&mut self, index: impl FnOnce(u64) -> UserIndex<V>) -> u64 {
        self.index_generation += 1;
        self.indexes.push(index(self.index_generation));
        self.index_generation
    }

    /// Removes an index, to be dropped without the lock.
    pub(crate) fn remove_index(&mut self, id: u64) -> Option<UserIndex<V>> {
        let at = self.indexes.iter().position(|index| index.id == id)?;
        self.index_generation += 1;
        Some(self.indexes.remove(at))
    }
}
