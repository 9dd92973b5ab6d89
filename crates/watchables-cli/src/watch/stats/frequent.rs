//! The keys that occur most, in bounded memory (the algorithm Space-Saving, of Metwally, Agrawal and El Abbadi, 2005).

use std::collections::HashMap;
use std::rc::Rc;

/// Keeps the most frequent keys. A new one takes the place of the rarest that is kept, with its count as what may be too
/// much. So the count of a kept key is never too low, and a key that occurs in more than one of `capacity` additions is
/// kept.
pub(super) struct Frequent {
    capacity: usize,
    places: HashMap<Rc<str>, usize>,
    /// By place. Apart from the rest, since they are searched for the lowest.
    counts: Vec<u64>,
    entries: Vec<Entry>,
    /// A count than which none is lower, and the place up to which none has it.
    lowest: u64,
    searched: usize,
}

struct Entry {
    key: Rc<str>,
    excess: u64,
}

/// A key, and how often it occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count<'a> {
    pub(super) key: &'a str,
    /// At least.
    pub(super) at_least: u64,
    /// At most.
    pub(super) at_most: u64,
}

impl Frequent {
    /// `capacity` is how many keys are kept; at least one.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            places: HashMap::new(),
            counts: Vec::new(),
            entries: Vec::new(),
            lowest: 1,
            searched: 0,
        }
    }

    pub(super) fn add(&mut self, key: &str) {
        if let Some(place) = self.places.get(key) {
            self.counts[*place] += 1;
            return;
        }
        let key: Rc<str> = key.into();
        let place = if self.counts.len() < self.capacity {
            self.counts.push(1);
            self.entries.push(Entry { key: Rc::clone(&key), excess: 0 });
            self.counts.len() - 1
        } else {
            let place = self.rarest();
            let entry = Entry { key: Rc::clone(&key), excess: self.counts[place] };
            self.counts[place] += 1;
            self.places.remove(&std::mem::replace(&mut self.entries[place], entry).key);
            place
        };
        self.places.insert(key, place);
    }

    /// Returns the most frequent keys, at most this many: those that occurred most for sure come first.
    pub(super) fn most(&self, number: usize) -> Vec<Count<'_>> {
        let all = self.entries.iter().zip(&self.counts);
        let mut all: Vec<_> = all
            .map(|(Entry { key, excess }, count)| Count {
                key,
                at_least: count - excess,
                at_most: *count,
            })
            .collect();
        all.sort_by(|a, b| b.at_least.cmp(&a.at_least).then_with(|| a.key.cmp(b.key)));
        all.truncate(number);
        all
    }

    /// Returns a place with the lowest count. Counts only grow, so that the search goes on where it has ended, and the
    /// lowest is looked for once all places have more.
    fn rarest(&mut self) -> usize {
        loop {
            let rest = &self.counts[self.searched..];
            if let Some(offset) = rest.iter().position(|count| *count == self.lowest) {
                self.searched += offset;
                return self.searched;
            }
            self.searched = 0;
            self.lowest = self.counts.iter().copied().min().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_while_there_is_room() {
        let mut frequent = Frequent::new(3);
        for key in ["a", "b", "a", "c", "a", "b"] {
            frequent.add(key);
        }
        let counts: Vec<_> =
            frequent.most(2).iter().map(|c| (c.key, c.at_least, c.at_most)).collect();
        assert_eq!(counts, [("a", 3, 3), ("b", 2, 2)]);
    }

    #[test]
    fn bounds_hold_and_the_most_frequent_is_found_among_many() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut frequent = Frequent::new(50);
        let mut exact = HashMap::<String, u64>::new();
        for _ in 0..20_000 {
            // Low numbers are more frequent.
            let key = f64::from(rng.u32(1..100_000)).ln().exp2().floor().to_string();
            frequent.add(&key);
            *exact.entry(key).or_default() += 1;
        }
        assert_eq!((frequent.places.len(), frequent.entries.len()), (50, 50));
        for Count { key, at_least, at_most } in frequent.most(50) {
            let count = exact[key];
            assert!((at_least..=at_most).contains(&count), "{key}: {at_least} {count} {at_most}");
        }
        let kept: Vec<_> = frequent.most(50).iter().map(|count| count.key).collect();
        for (key, count) in &exact {
            assert!(*count <= 20_000 / 50 || kept.contains(&key.as_str()), "{key}: {count}");
        }
    }
}
