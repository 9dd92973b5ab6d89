//! Counts of events.

use watchables::{DynamicObject, EventType, Origin, WatchEvent};

/// How many events there were, by type, and how large their objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Of the first state.
    pub(super) initial: u64,
    pub(super) added: u64,
    pub(super) modified: u64,
    pub(super) deleted: u64,
    /// Of all types but those of the first state: found by a comparison.
    pub(super) repaired: u64,
    /// The objects as JSON.
    pub(super) bytes: u64,
}

impl Counts {
    pub(super) fn add(&mut self, event: &WatchEvent<DynamicObject>) {
        let count = match (event.origin, event.etype) {
            (Origin::Initial, _) => &mut self.initial,
            (_, EventType::Added) => &mut self.added,
            (_, EventType::Modified) => &mut self.modified,
            (_, EventType::Deleted) => &mut self.deleted,
        };
        *count += 1;
        self.repaired += u64::from(event.origin == Origin::Repair);
        self.bytes += event.obj.json().len() as u64;
    }

    pub(super) fn all(&self) -> u64 {
        self.initial + self.live()
    }

    /// Those after the first state.
    pub(super) fn live(&self) -> u64 {
        self.added + self.modified + self.deleted
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, next| Self {
            initial: sum.initial + next.initial,
            added: sum.added + next.added,
            modified: sum.modified + next.modified,
            deleted: sum.deleted + next.deleted,
            repaired: sum.repaired + next.repaired,
            bytes: sum.bytes + next.bytes,
        })
    }
}
