//! The states of an object since the start, within bounds.

use std::collections::VecDeque;

use jiff::Timestamp;
use watch_protocol::{EventType, Origin};

/// How many states of an object are kept: the present one, and those before it. Older ones are dropped.
pub const MOST_STATES: usize = 50;

/// A state of an object: what an event said of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct State {
    /// The number of the event, of all events of all objects.
    pub number: u64,
    /// When the event was received.
    pub time: Timestamp,
    /// What happened.
    pub etype: EventType,
    /// How the event came about.
    pub origin: Origin,
    /// The object's JSON. `None` if it was deleted and its last state is unknown.
    pub object: Option<Box<str>>,
}

impl State {
    fn len(&self) -> usize {
        self.object.as_ref().map_or(0, |object| object.len())
    }
}

/// The states of an object, the oldest first. The last one is the present one.
#[derive(Debug, Default)]
pub(crate) struct History {
    states: VecDeque<State>,
    /// How many were dropped.
    pub(crate) dropped: u64,
}

impl History {
    pub(crate) fn states(&self) -> &VecDeque<State> {
        &self.states
    }

    /// Returns how many bytes all states have.
    pub(crate) fn len(&self) -> usize {
        self.states.iter().map(State::len).sum()
    }

    /// Returns how many bytes the states before the present one have.
    fn past_len(&self) -> usize {
        let past = self.states.len().saturating_sub(1);
        self.states.iter().take(past).map(State::len).sum()
    }

    fn drop_oldest(&mut self) -> usize {
        self.dropped += 1;
        self.states.pop_front().map_or(0, |state| state.len())
    }
}

/// Where an object is: its kind, and its place there.
pub(crate) type Place = (usize, u32);

/// Keeps the past states of all objects within a bound. The oldest are dropped first.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    bytes: usize,
    /// How many past states there are.
    count: usize,
    /// The past states in the order in which they became past; some are dropped already.
    order: VecDeque<(Place, u64)>,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, bytes: 0, count: 0, order: VecDeque::new() }
    }

    /// Adds a state to an object's history.
    pub(crate) fn push(&mut self, place: Place, history: &mut History, state: State) {
        if let Some(past) = history.states.back() {
            self.bytes += past.len();
            self.count += 1;
            self.order.push_back((place, past.number));
        }
        history.states.push_back(state);
        if history.states.len() > MOST_STATES {
            self.bytes -= history.drop_oldest();
            self.count -= 1;
        }
    }

    /// Takes note that an object is forgotten.
    pub(crate) fn forget(&mut self, history: &History) {
        self.bytes -= history.past_len();
        self.count -= history.states.len().saturating_sub(1);
    }

    /// Takes note of bytes that are kept elsewhere, and count.
    pub(crate) fn charge(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// Takes note that they are not kept any more.
    pub(crate) fn release(&mut self, bytes: usize) {
        self.bytes -= bytes;
    }

    /// Returns whether there is more than may be.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.bytes > self.limit
    }

    /// Drops the oldest past states, until the others are within the bound.
    pub(crate) fn enforce<T: ?Sized>(
        &mut self,
        objects: &mut T,
        find: impl Fn(&mut T, Place) -> Option<&mut History>,
    ) {
        while self.is_exceeded() {
            let Some((place, number)) = self.order.pop_front() else { return };
            if let Some(history) = find(objects, place)
                && is_past(history, number)
            {
                self.bytes -= history.drop_oldest();
                self.count -= 1;
            }
        }
        // Dropped ones are in it, until it is their turn.
        if self.order.len() > 2 * self.count + 1_024 {
            self.order.retain(|(place, number)| {
                find(objects, *place).is_some_and(|history| contains_past(history, *number))
            });
        }
    }

    /// Takes note that all objects are forgotten.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.limit);
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Whether this is the oldest state, and not the present one.
fn is_past(history: &History, number: u64) -> bool {
    history.states.len() > 1 && history.states.front().is_some_and(|state| state.number == number)
}

fn contains_past(history: &History, number: u64) -> bool {
    let found = history.states.binary_search_by_key(&number, |state| state.number);
    found.is_ok_and(|index| index + 1 < history.states.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(number: u64, len: usize) -> State {
        State {
            number,
            time: Timestamp::UNIX_EPOCH,
            etype: EventType::Modified,
            origin: Origin::Live,
            object: Some("x".repeat(len).into()),
        }
    }

    fn numbers(history: &History) -> Vec<u64> {
        history.states().iter().map(|state| state.number).collect()
    }

    #[test]
    fn object_keeps_its_newest_states() {
        let mut budget = Budget::new(usize::MAX);
        let mut history = History::default();
        for number in 0..60 {
            budget.push((0, 0), &mut history, state(number, 10));
        }
        assert_eq!(history.states().len(), MOST_STATES);
        assert_eq!((numbers(&history)[0], history.dropped), (10, 10));
        assert_eq!(budget.bytes(), (MOST_STATES - 1) * 10, "the present one does not count");
        budget.forget(&history);
        assert_eq!((budget.bytes(), budget.count), (0, 0));
    }

    #[test]
    fn oldest_states_of_all_objects_are_dropped_first() {
        let mut budget = Budget::new(40);
        let mut histories = [History::default(), History::default()];
        for number in 0..8 {
            let which = usize::from(number % 2 == 1);
            budget.push((which, 0), &mut histories[which], state(number, 10));
        }
        budget.enforce(&mut histories, |histories, (which, _)| histories.get_mut(which));
        assert_eq!(histories.each_ref().map(numbers), [vec![2, 4, 6], vec![3, 5, 7]]);
        assert_eq!(budget.bytes(), 40);
    }

    #[test]
    fn notes_of_dropped_states_do_not_pile_up() {
        let mut budget = Budget::new(usize::MAX);
        let mut histories = [History::default()];
        for number in 0..10_000 {
            budget.push((0, 0), &mut histories[0], state(number, 1));
            budget.enforce(&mut histories, |histories, (which, _)| histories.get_mut(which));
        }
        assert!(budget.order.len() <= 1_200, "{}", budget.order.len());
        assert_eq!(budget.count, MOST_STATES - 1);
    }
}
