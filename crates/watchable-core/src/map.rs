//! The maps of the types: sorted entries in one allocation.

mod iter;
mod serde;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Index;

use crate::Text;

pub use iter::{IntoIter, Iter, IterMut};

/// A map with text as its keys, sorted by them: labels, annotations, the data of a `ConfigMap`, resource quantities.
///
/// Objects have many maps of few entries. One allocation holds the entries of a map, and no more of them than there
/// are when it was decoded from protobuf; a `BTreeMap` allocates room for eleven at once. A look-up takes logarithmic
/// time. [`insert`](Self::insert) and [`remove`](Self::remove) move the entries after theirs; to build a large map
/// of unsorted entries, collect it.
///
/// ```
/// use watchable_core::{Map, Text};
///
/// let mut labels: Map<Text> = Map::from([("tier", "front"), ("app", "web")]);
/// assert_eq!(labels.get("app").map(Text::as_str), Some("web"));
/// assert_eq!(labels["tier"], "front");
/// labels.insert("app", "shop");
/// let lines: Vec<_> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
/// assert_eq!(lines, ["app=shop", "tier=front"]);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Map<V>(Vec<(Text, V)>);

impl<V> Map<V> {
    /// Creates an empty map, without an allocation.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.position(key).ok().map(|at| &self.0[at].1)
    }

    /// Returns the value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.position(key).ok().map(|at| &mut self.0[at].1)
    }

    /// Returns whether there is an entry of this key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_ok()
    }

    /// Sets the value of a key, and returns the one that it had.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<V>) -> Option<V> {
        let (key, value) = (key.into(), value.into());
        match self.position(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Removes a key, and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        self.position(key).ok().map(|at| self.0.remove(at).1)
    }

    /// Removes the entries for which `keep` returns `false`.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Makes room for exactly that many more entries.
    pub(crate) fn reserve_exact(&mut self, additional: usize) {
        self.0.reserve_exact(additional);
    }

    /// Returns the entries, sorted by key.
    pub fn iter(&self) -> Iter<'_, V> {
        Iter(self.0.iter())
    }

    /// Returns the entries, sorted by key, their values to be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, V> {
        IterMut(self.0.iter_mut())
    }

    /// Returns the keys, sorted.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Text> + ExactSizeIterator {
        self.0.iter().map(|(key, _)| key)
    }

    /// Returns the values, sorted by their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator {
        self.0.iter().map(|(_, value)| value)
    }

    /// Returns the values, sorted by their keys, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Makes a map of entries in any order; of those with one key, the last counts.
    pub(crate) fn from_entries(mut entries: Vec<(Text, V)>) -> Self {
        if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            // Keeps the first of those with one key, which is given the last one's value.
            entries.dedup_by(|later, first| {
                let same = later.0 == first.0;
                if same {
                    std::mem::swap(&mut later.1, &mut first.1);
                }
                same
            });
        }
        Self(entries)
    }

    /// Finds the entry of a key, or where it would be.
    fn position(&self, key: &str) -> Result<usize, usize> {
        // Servers write entries by their order.
        if self.0.last().is_none_or(|(last, _)| last.as_str() < key) {
            return Err(self.0.len());
        }
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(key))
    }
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: fmt::Debug> fmt::Debug for Map<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// # Panics
///
/// Panics if there is no such key.
impl<V, K: Borrow<str> + ?Sized> Index<&K> for Map<V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key.borrow()).expect("the key is in the map")
    }
}

impl<K: Into<Text>, U: Into<V>, V> FromIterator<(K, U)> for Map<V> {
    fn from_iter<I: IntoIterator<Item = (K, U)>>(entries: I) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value.into()));
        Self::from_entries(entries.collect())
    }
}

impl<K: Into<Text>, U: Into<V>, V> Extend<(K, U)> for Map<V> {
    fn extend<I: IntoIterator<Item = (K, U)>>(&mut self, entries: I) {
        let mut all = std::mem::take(&mut self.0);
        all.extend(entries.into_iter().map(|(key, value)| (key.into(), value.into())));
        *self = Self::from_entries(all);
    }
}

impl<K: Into<Text>, U: Into<V>, V, const N: usize> From<[(K, U); N]> for Map<V> {
    fn from(entries: [(K, U); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Into<Text>, U: Into<V>, V> From<BTreeMap<K, U>> for Map<V> {
    fn from(entries: BTreeMap<K, U>) -> Self {
        entries.into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
