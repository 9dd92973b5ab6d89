//! Which objects have which keys, and the other way round.

use std::borrow::Borrow;
use std::hash::{BuildHasher as _, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::index::slot_set::SlotSet;

/// The keys of objects. Each key is held once, and referred to by its number.
pub(crate) struct Postings<K> {
    /// By number. Those of keys that nothing has are free.
    keys: Vec<Option<(K, SlotSet)>>,
    free: Vec<u32>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The numbers of each slot's keys.
    of_slots: Vec<Numbers>,
}

/// The numbers of an object's keys: usually one.
#[derive(Clone, Default)]
enum Numbers {
    #[default]
    None,
    One(u32),
    Many(Box<[u32]>),
}

/// The keys that came into use, and those that went out of it.
pub(crate) struct KeyChanges<K> {
    pub(crate) added: Vec<u32>,
    pub(crate) removed: Vec<(u32, K)>,
}

impl<K> Default for Postings<K> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            free: Vec::new(),
            numbers: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            of_slots: Vec::new(),
        }
    }
}

impl<K: Eq + Hash> Postings<K> {
    /// Sets the keys of a slot. Those that it has already are left alone.
    pub(crate) fn set(&mut self, slot: u32, keys: impl IntoIterator<Item = K>) -> KeyChanges<K> {
        let mut changes = KeyChanges { added: Vec::new(), removed: Vec::new() };
        let mut new = Vec::new();
        for key in keys {
            let number = self.number_of(&key).unwrap_or_else(|| {
                let number = self.add(key, slot);
                changes.added.push(number);
                number
            });
            if !new.contains(&number) {
                new.push(number);
            }
        }
        let index = slot as usize;
        if self.of_slots.len() <= index {
            self.of_slots.resize(index + 1, Numbers::None);
        }
        let old = std::mem::replace(&mut self.of_slots[index], Numbers::of(&new));
        for number in &new {
            if let Some((_, slots)) = &mut self.keys[*number as usize] {
                slots.insert(slot);
            }
        }
        for number in old.as_slice().iter().filter(|number| !new.contains(number)) {
            let key = &mut self.keys[*number as usize];
            if key.as_mut().is_some_and(|(_, slots)| slots.remove(slot)) {
                changes.removed.extend(self.remove(*number).map(|key| (*number, key)));
            }
        }
        changes
    }

    /// Adds a key that the slot alone has.
    fn add(&mut self, key: K, slot: u32) -> u32 {
        let hash = self.hasher.hash_one(&key);
        let entry = Some((key, SlotSet::One(slot)));
        let number = if let Some(number) = self.free.pop() {
            self.keys[number as usize] = entry;
            number
        } else {
            self.keys.push(entry);
            u32::try_from(self.keys.len() - 1).expect("there are fewer keys than 2^32")
        };
        let (keys, hasher) = (&self.keys, &self.hasher);
        self.numbers.insert_unique(hash, number, |number| hash_of(keys, hasher, *number));
        number
    }

    fn remove(&mut self, number: u32) -> Option<K> {
        let hash = hash_of(&self.keys, &self.hasher, number);
        if let Ok(entry) = self.numbers.find_entry(hash, |other| *other == number) {
            entry.remove();
        }
        self.free.push(number);
        self.keys[number as usize].take().map(|(key, _)| key)
    }

    /// Returns a key's number, if an object has the key.
    pub(crate) fn number_of<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
    {
        let is_key = |number: &u32| {
            self.keys[*number as usize].as_ref().is_some_and(|(other, _)| other.borrow() == key)
        };
        self.numbers.find(self.hasher.hash_one(key), is_key).copied()
    }

    /// Returns the slots of the objects that have a key.
    pub(crate) fn slots<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&SlotSet>
    where
        K: Borrow<Q>,
    {
        let number = self.number_of(key)?;
        self.by_number(number).map(|(_, slots)| slots)
    }

    /// Returns whether the object in a slot has a key.
    pub(crate) fn has<Q: Eq + Hash + ?Sized>(&self, slot: u32, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let numbers = self.of_slots.get(slot as usize);
        numbers.is_some_and(|numbers| {
            self.number_of(key).is_some_and(|number| numbers.as_slice().contains(&number))
        })
    }

    /// Returns a key and the slots of the objects that have it.
    pub(crate) fn by_number(&self, number: u32) -> Option<&(K, SlotSet)> {
        self.keys.get(number as usize)?.as_ref()
    }

    /// Returns all keys, with their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &(K, SlotSet))> {
        let keys = (0..).zip(&self.keys);
        keys.filter_map(|(number, entry)| entry.as_ref().map(|entry| (number, entry)))
    }
}

fn hash_of<K: Hash>(
    keys: &[Option<(K, SlotSet)>],
    hasher: &DefaultHashBuilder,
    number: u32,
) -> u64 {
    keys[number as usize].as_ref().map_or(0, |(key, _)| hasher.hash_one(key))
}

impl Numbers {
    fn of(numbers: &[u32]) -> Self {
        match numbers {
            [] => Self::None,
            [only] => Self::One(*only),
            many => Self::Many(many.into()),
        }
    }

    fn as_slice(&self) -> &[u32] {
        match self {
            Self::None => &[],
            Self::One(only) => std::slice::from_ref(only),
            Self::Many(many) => many,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn postings_equal_a_scan_of_the_objects_whatever_was_set() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut postings = Postings::<String>::default();
        let mut objects = BTreeMap::<u32, BTreeSet<String>>::new();
        for _ in 0..3000 {
            let slot = rng.u32(..40);
            let keys: Vec<_> = (0..rng.usize(..4)).map(|_| rng.u8(..20).to_string()).collect();
            let before: BTreeSet<_> = objects.values().flatten().cloned().collect();
            objects.insert(slot, keys.iter().cloned().collect());
            let after: BTreeSet<_> = objects.values().flatten().cloned().collect();
            let changes = postings.set(slot, keys);
            let removed: BTreeSet<_> = changes.removed.into_iter().map(|(_, key)| key).collect();
            assert_eq!(removed, before.difference(&after).cloned().collect());
            assert_eq!(changes.added.len(), after.difference(&before).count());
            for number in changes.added {
                assert!(postings.by_number(number).is_some_and(|(key, _)| !before.contains(key)));
            }
        }
        for key in (0..20).map(|key: u8| key.to_string()) {
            let scanned = objects.iter().filter(|(_, keys)| keys.contains(&key));
            let scanned: Vec<_> = scanned.map(|(slot, _)| *slot).collect();
            let slots = postings.slots(key.as_str());
            assert_eq!(slots.map(|s| s.iter().collect::<Vec<_>>()).unwrap_or_default(), scanned);
            assert!((0..40).all(|slot| postings.has(slot, &key) == scanned.contains(&slot)));
        }
        let all: BTreeSet<_> = postings.iter().map(|(_, (key, _))| key.clone()).collect();
        assert_eq!(all, objects.values().flatten().cloned().collect());
        for slot in 0..40 {
            postings.set(slot, []);
        }
        assert_eq!(postings.iter().count(), 0);
        assert!(postings.keys.len() <= 20, "numbers are used again");
        assert_eq!(size_of::<Numbers>(), 24);
    }
}
