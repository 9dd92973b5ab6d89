//! What was kept of deleted objects, for a recording of what has happened.

use std::collections::VecDeque;

use crate::history::{Budget, State};
use crate::objects::{Key, Object};

/// Deleted objects whose rows are no longer shown, with all of their states; the oldest in front.
#[derive(Debug, Default)]
pub(crate) struct DeletedObjects(VecDeque<(usize, Object)>);

impl DeletedObjects {
    /// Keeps an object of a kind. All of its states count.
    pub(crate) fn add(&mut self, kind: usize, object: Object, budget: &mut Budget) {
        budget.charge(object.history.len());
        self.0.push_back((kind, object));
    }

    /// Drops the oldest, as long as there is too much of all.
    pub(crate) fn make_room(&mut self, budget: &mut Budget) {
        while budget.is_exceeded()
            && let Some((_, object)) = self.0.pop_front()
        {
            budget.release(object.history.len());
        }
    }

    /// Returns all states, each with the place of its kind and the object's key.
    pub(crate) fn states(&self) -> impl Iterator<Item = (usize, &Key, &State)> {
        self.0.iter().flat_map(|(kind, object)| {
            object.history.states().iter().map(|state| (*kind, &object.key, state))
        })
    }
}
