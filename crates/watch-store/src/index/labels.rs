//! The index of labels, which answers selectors.
//!
//! Objects often have the same labels, so what is indexed is sets of labels: a selector is matched with each set
//! once, and each set of labels and each label is held once.

use std::hash::{BuildHasher as _, Hash as _, Hasher as _};

use hashbrown::{DefaultHashBuilder, HashTable};
use watchable_core::selector::{LabelRequirement, LabelSelector};

use crate::index::postings::Postings;
use crate::index::slot_set::SlotSet;
#[cfg(test)]
use crate::tests::visits;

/// The labels of all objects.
#[derive(Default)]
pub(crate) struct LabelIndex {
    /// The sets of labels, as sorted numbers of labels.
    sets: Postings<Box<[u32]>>,
    /// By number. Those of labels that nothing has are free.
    labels: Vec<Option<Label>>,
    free: Vec<u32>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

struct Label {
    key: Box<str>,
    value: Box<str>,
    /// The sets that it is in; absent until its first one has a number.
    sets: Option<SlotSet>,
}

impl LabelIndex {
    /// Sets the labels of an object.
    pub(crate) fn set(&mut self, slot: u32, labels: &[(String, String)]) {
        let mut set: Vec<_> = labels.iter().map(|(key, value)| self.number(key, value)).collect();
        set.sort_unstable();
        let set = Some(set.into_boxed_slice());
        self.update(slot, set);
    }

    /// Forgets an object.
    pub(crate) fn remove(&mut self, slot: u32) {
        self.update(slot, None);
    }

    fn update(&mut self, slot: u32, set: Option<Box<[u32]>>) {
        let changes = self.sets.set(slot, set);
        for set in changes.added {
            let members = self.sets.by_number(set).map(|(members, _)| members);
            for label in members.into_iter().flatten() {
                let Some(label) = &mut self.labels[*label as usize] else { continue };
                match &mut label.sets {
                    Some(sets) => sets.insert(set),
                    none => *none = Some(SlotSet::One(set)),
                }
            }
        }
        for (set, members) in changes.removed {
            for number in members {
                let sets =
                    self.labels[number as usize].as_mut().and_then(|label| label.sets.as_mut());
                if sets.is_none_or(|sets| sets.remove(set)) {
                    self.forget(number);
                }
            }
        }
    }

    /// Returns the number of a label, which is added if there is none.
    fn number(&mut self, key: &str, value: &str) -> u32 {
        if let Some(number) = self.find(key, value) {
            return number;
        }
        let label = Some(Label { key: key.into(), value: value.into(), sets: None });
        let number = if let Some(number) = self.free.pop() {
            self.labels[number as usize] = label;
            number
        } else {
            self.labels.push(label);
            u32::try_from(self.labels.len() - 1).expect("there are fewer labels than 2^32")
        };
        let (labels, hasher) = (&self.labels, &self.hasher);
        let hash = |number: &u32| {
            labels[*number as usize].as_ref().map_or(0, |l| hash(hasher, &l.key, &l.value))
        };
        self.numbers.insert_unique(hash(&number), number, hash);
        number
    }

    fn find(&self, key: &str, value: &str) -> Option<u32> {
        let is_label = |number: &u32| {
            self.labels[*number as usize]
                .as_ref()
                .is_some_and(|label| *label.key == *key && *label.value == *value)
        };
        self.numbers.find(hash(&self.hasher, key, value), is_label).copied()
    }

    fn forget(&mut self, number: u32) {
        let Some(label) = self.labels[number as usize].take() else { return };
        let hash = hash(&self.hasher, &label.key, &label.value);
        if let Ok(entry) = self.numbers.find_entry(hash, |other| *other == number) {
            entry.remove();
        }
        self.free.push(number);
    }

    /// Returns whether nothing is left in any of its tables.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.sets.iter().next().is_none()
            && self.labels.iter().all(Option::is_none)
            && (self.numbers.len(), self.labels.len()) == (0, self.free.len())
    }

    /// Returns the slots of the objects that a selector selects.
    pub(crate) fn select(&self, selector: &LabelSelector) -> Vec<u32> {
        let in_requirements = selector.requirements().iter().filter_map(|requirement| {
            let LabelRequirement::In(key, values) = requirement else { return None };
            let sets = values.iter().filter_map(|value| {
                self.labels[self.find(key, value)? as usize].as_ref()?.sets.as_ref()
            });
            Some(sets.collect::<Vec<_>>())
        });
        let fewest = in_requirements.min_by_key(|sets| sets.iter().map(|s| s.len()).sum::<usize>());
        let mut slots = Vec::new();
        let mut take = |(members, of_set): &(Box<[u32]>, SlotSet)| {
            #[cfg(test)]
            visits::count();
            if selector.matches(|key| self.value_in(members, key)) {
                slots.extend(of_set.iter());
            }
        };
        match fewest {
            Some(fewest) => {
                let sets = fewest.into_iter().flat_map(SlotSet::iter);
                sets.filter_map(|set| self.sets.by_number(set)).for_each(&mut take);
            }
            None => self.sets.iter().for_each(|(_, set)| take(set)),
        }
        slots.sort_unstable();
        // A selector may name a value twice.
        slots.dedup();
        slots
    }

    fn value_in(&self, members: &[u32], key: &str) -> Option<&str> {
        let labels = members.iter().filter_map(|label| self.labels[*label as usize].as_ref());
        labels.into_iter().find(|label| *label.key == *key).map(|label| &*label.value)
    }
}

fn hash(hasher: &DefaultHashBuilder, key: &str, value: &str) -> u64 {
    let mut hasher = hasher.build_hasher();
    key.hash(&mut hasher);
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn selection_equals_a_scan_for_every_form_of_requirement() {
        let selectors = [
            "a=1",
            "a==2,b!=1",
            "a in (1,2,1)",
            "a notin (1)",
            "b",
            "!b",
            "a>1",
            "a<2",
            "a in (1,2),b=0",
            "c=nothing",
            "a=1,!b",
        ];
        let selectors = selectors.map(|text| text.parse::<LabelSelector>().unwrap());
        let mut rng = fastrand::Rng::with_seed(3);
        let mut index = LabelIndex::default();
        let mut objects = BTreeMap::<u32, BTreeMap<String, String>>::new();
        for round in 0..2000 {
            let slot = rng.u32(..30);
            if rng.u8(..4) == 0 {
                objects.remove(&slot);
                index.remove(slot);
            } else {
                let keys = ["a", "b", "c"].into_iter().filter(|_| rng.bool()).collect::<Vec<_>>();
                let labels: BTreeMap<_, _> =
                    keys.into_iter().map(|k| (k.to_owned(), rng.u8(..3).to_string())).collect();
                let list: Vec<_> = labels.clone().into_iter().collect();
                index.set(slot, &list);
                objects.insert(slot, labels);
            }
            let selector = &selectors[round % selectors.len()];
            let scanned = objects
                .iter()
                .filter(|(_, labels)| selector.matches(|key| labels.get(key).map(String::as_str)))
                .map(|(slot, _)| *slot);
            assert_eq!(index.select(selector), scanned.collect::<Vec<_>>(), "{selector}");
        }
        for slot in 0..30 {
            index.remove(slot);
        }
        assert!(index.is_empty(), "labels that nothing has are forgotten");
    }
}
