//! What a subscriber has yet to receive.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::task::AtomicWaker;

use crate::change::ChangeOrigin;
use crate::entry::Entry;
use crate::index::user_index::UserIndex;
use crate::key::ObjectKey;
use crate::slots::State;

/// A change as the store has it.
pub(crate) struct Transition<V> {
    pub(crate) before: Option<Arc<Entry<V>>>,
    pub(crate) after: Option<Arc<Entry<V>>>,
    pub(crate) origin: ChangeOrigin,
}

impl<V> Clone for Transition<V> {
    fn clone(&self) -> Self {
        Self { before: self.before.clone(), after: self.after.clone(), origin: self.origin }
    }
}

impl<V> Transition<V> {
    /// Returns the change as it looks to a subscriber to which the object did or did not belong before and after.
    pub(crate) fn seen_by(&self, was: bool, is: bool) -> Option<Self> {
        let before = self.before.as_ref().filter(|_| was).cloned();
        let after = self.after.as_ref().filter(|_| is).cloned();
        (before.is_some() || after.is_some()).then_some(Self { before, after, origin: self.origin })
    }

    fn id(&self) -> Option<u64> {
        self.after.as_ref().or(self.before.as_ref()).map(|entry| entry.id)
    }
}

/// What a subscriber has subscribed to.
pub(crate) enum Filter<V> {
    All,
    Key(ObjectKey),
    /// The objects that have some key in the index with this id.
    Index {
        index: u64,
        value: Arc<dyn IndexValue<V>>,
    },
}

/// A key of an index.
pub(crate) trait IndexValue<V>: Send + Sync {
    /// Returns whether the object in a place has the key.
    fn is_of(&self, index: &UserIndex<V>, slot: u32) -> bool;
    /// Returns the places of the objects that have the key.
    fn slots(&self, index: &UserIndex<V>) -> Vec<u32>;
}

impl<V> Clone for Filter<V> {
    fn clone(&self) -> Self {
        match self {
            Self::All => Self::All,
            Self::Key(key) => Self::Key(key.clone()),
            Self::Index { index, value } => Self::Index { index: *index, value: Arc::clone(value) },
        }
    }
}

/// The changes that a subscriber has yet to receive, and its waker.
pub(crate) struct Mailbox<V> {
    pub(crate) filter: Filter<V>,
    inbox: Mutex<Inbox<V>>,
    pub(crate) waker: AtomicWaker,
}

struct Inbox<V> {
    pending: Pending<V>,
    is_closed: bool,
}

enum Pending<V> {
    /// Each change, up to a limit.
    Queue {
        changes: VecDeque<Transition<V>>,
        capacity: usize,
        missed: Option<Missed<V>>,
        /// The store has become ready, which the subscriber has yet to learn after this many changes.
        ready_after: Option<usize>,
    },
    /// Only the newest of each object, by the object's id. The place in the order is that of its first change.
    Newest {
        changes: HashMap<u64, (u64, Transition<V>)>,
        order: BTreeMap<u64, u64>,
        next: u64,
        /// The store has become ready, which the subscriber has yet to learn. All places below are of its first state.
        ready_at: Option<u64>,
    },
}

/// What a subscriber receives.
pub(crate) enum Item<V> {
    Change(Transition<V>),
    /// The store has become ready, and all of its first state came before.
    Ready,
}

/// What a subscriber has missed.
pub(crate) struct Missed<V> {
    /// The state before the first change that it missed; `None` if it is subscribed to a part of the store.
    pub(crate) base: Option<State<V>>,
    /// How many changes it missed.
    pub(crate) changes: u64,
}

/// What a mailbox has for its subscriber.
pub(crate) enum Taken<V> {
    Item(Item<V>),
    /// It has missed changes, and what came before them is taken.
    Missed,
    Nothing,
    Closed,
}

impl<V> Mailbox<V> {
    /// Creates the mailbox of a subscriber that receives each change.
    pub(crate) fn queue(filter: Filter<V>, capacity: usize) -> Self {
        let changes = VecDeque::new();
        Self::new(filter, Pending::Queue { changes, capacity, missed: None, ready_after: None })
    }

    /// Creates the mailbox of a subscriber that receives only the newest state of each object.
    pub(crate) fn newest(filter: Filter<V>) -> Self {
        let (changes, order) = (HashMap::new(), BTreeMap::new());
        Self::new(filter, Pending::Newest { changes, order, next: 0, ready_at: None })
    }

    fn new(filter: Filter<V>, pending: Pending<V>) -> Self {
        let inbox = Mutex::new(Inbox { pending, is_closed: false });
        Self { filter, inbox, waker: AtomicWaker::new() }
    }

    pub(crate) fn is_coalesced(&self) -> bool {
        matches!(self.lock().pending, Pending::Newest { .. })
    }

    /// If there is no room for another change, keeps the state before it, to tell the differences later.
    pub(crate) fn make_room(&self, state: &State<V>) {
        if let Pending::Queue { changes, capacity, missed, .. } = &mut self.lock().pending
            && missed.is_none()
            && changes.len() >= *capacity
        {
            *missed = Some(Missed { base: Some(state.clone()), changes: 0 });
        }
    }

    /// Adds a change. Returns whether the subscriber is to be woken.
    pub(crate) fn push(&self, change: Transition<V>) -> bool {
        match &mut self.lock().pending {
            Pending::Queue { missed: Some(missed), .. } => {
                missed.changes += 1;
                false
            }
            Pending::Queue { changes, capacity, missed, .. } if changes.len() >= *capacity => {
                *missed = Some(Missed { base: None, changes: 1 });
                false
            }
            Pending::Queue { changes, .. } => {
                changes.push_back(change);
                true
            }
            Pending::Newest { changes, order, next, .. } => {
                let Some(id) = change.id() else { return false };
                if let Some((place, earlier)) = changes.get_mut(&id) {
                    earlier.after = change.after;
                    earlier.origin = change.origin;
                    if earlier.before.is_none() && earlier.after.is_none() {
                        order.remove(place);
                        changes.remove(&id);
                    }
                } else {
                    order.insert(*next, id);
                    changes.insert(id, (*next, change));
                    *next += 1;
                }
                true
            }
        }
    }

    /// Says that the store is ready.
    pub(crate) fn push_ready(&self) {
        match &mut self.lock().pending {
            Pending::Queue { changes, missed: None, ready_after, .. } => {
                *ready_after = Some(changes.len());
            }
            // It follows the differences.
            Pending::Queue { .. } => {}
            Pending::Newest { next, ready_at, .. } => *ready_at = Some(*next),
        }
    }

    /// Closes the mailbox: nothing comes any more.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
    }

    /// Takes what comes next.
    pub(crate) fn take(&self) -> Taken<V> {
        let inbox = &mut *self.lock();
        let item = match &mut inbox.pending {
            Pending::Queue { changes, missed, ready_after, .. } => {
                if ready_after.take_if(|changes| *changes == 0).is_some() {
                    Some(Item::Ready)
                } else {
                    let change = changes.pop_front();
                    if change.is_none() && missed.is_some() {
                        return Taken::Missed;
                    }
                    *ready_after = ready_after.map(|changes| changes - 1);
                    change.map(Item::Change)
                }
            }
            Pending::Newest { changes, order, ready_at, .. } => {
                let place = order.first_key_value().map(|(place, _)| *place);
                if ready_at.take_if(|at| place.is_none_or(|place| place >= *at)).is_some() {
                    Some(Item::Ready)
                } else {
                    let first = order.pop_first().and_then(|(_, id)| changes.remove(&id));
                    first.map(|(_, change)| Item::Change(change))
                }
            }
        };
        match item {
            Some(item) => Taken::Item(item),
            None if inbox.is_closed => Taken::Closed,
            None => Taken::Nothing,
        }
    }

    /// Takes what was missed. From here on changes are queued again, so the store must be locked.
    pub(crate) fn resume(&self) -> Option<Missed<V>> {
        match &mut self.lock().pending {
            Pending::Queue { missed, .. } => missed.take(),
            Pending::Newest { .. } => None,
        }
    }

    /// The subscriber has come to an object of its snapshot. If only the newest is wanted and the object has changed
    /// since, takes what it receives instead: nothing, if the object is gone.
    pub(crate) fn take_newer(&self, of_snapshot: Transition<V>) -> Option<Transition<V>> {
        let Pending::Newest { changes, order, .. } = &mut self.lock().pending else {
            return Some(of_snapshot);
        };
        let Some((place, change)) = of_snapshot.id().and_then(|id| changes.remove(&id)) else {
            return Some(of_snapshot);
        };
        order.remove(&place);
        change.after.is_some().then_some(Transition { before: None, ..change })
    }

    /// Ignores poisoning: nothing here runs code of users.
    fn lock(&self) -> MutexGuard<'_, Inbox<V>> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
