//! A set of numbers that often has one member.

use std::collections::BTreeSet;

/// A set of slots, or of other numbers. One with a single member takes no memory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SlotSet {
    One(u32),
    #[allow(clippy::box_collection, reason = "the set is half as large where there is one member")]
    Many(Box<BTreeSet<u32>>),
}

impl SlotSet {
    pub(crate) fn insert(&mut self, number: u32) {
        match self {
            Self::One(only) if *only == number => {}
            Self::One(only) => *self = Self::Many(Box::new([*only, number].into())),
            Self::Many(numbers) => drop(numbers.insert(number)),
        }
    }

    /// Removes a number. Returns whether nothing is left, and the set with it of no more use.
    pub(crate) fn remove(&mut self, number: u32) -> bool {
        match self {
            Self::One(only) => *only == number,
            Self::Many(numbers) => {
                numbers.remove(&number);
                if let (1, Some(only)) = (numbers.len(), numbers.first()) {
                    *self = Self::One(*only);
                }
                false
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(numbers) => numbers.len(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let (one, many) = match self {
            Self::One(only) => (Some(*only), None),
            Self::Many(numbers) => (None, Some(numbers)),
        };
        one.into_iter().chain(many.into_iter().flat_map(|numbers| numbers.iter().copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_holds_what_was_inserted_and_not_removed() {
        let mut set = SlotSet::One(3);
        for number in [3, 1, 7, 1] {
            set.insert(number);
        }
        assert_eq!((set.iter().collect::<Vec<_>>(), set.len()), (vec![1, 3, 7], 3));
        assert!(!set.remove(3) && !set.remove(3) && !set.remove(7));
        assert_eq!(set, SlotSet::One(1));
        assert!(!set.remove(2) && set.remove(1));
        assert_eq!(size_of::<SlotSet>(), 16);
    }
}
