//! The changes of a store, for one subscriber.

mod part;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::Stream;

use crate::change::{Change, ChangeOrigin};
use crate::entry::Entry;
use crate::handle::Handle;
use crate::mailbox::{Filter, Item, Mailbox, Taken, Transition};
use crate::slots::State;
use part::{differences, entries};

/// How many changes wait for a subscriber, by default.
const CAPACITY: usize = 1024;

/// The objects that are in a store, and then each of their changes, as a [`Stream`](futures::Stream).
///
/// What there is when the subscription begins comes first, as changes from nothing with the origin
/// [`Snapshot`](ChangeOrigin::Snapshot). No change between that and the first live one is lost or comes twice. A
/// subscription may begin at any time, and ends when it is dropped, or when all sources of the store have ended.
///
/// A subscriber slows nobody down. Up to 1024 changes wait for it (see [`capacity`](Self::capacity)). If there are
/// more, it is given the differences between what it knows and the present state instead, with the origin
/// [`CatchUp`](ChangeOrigin::CatchUp), and [`missed`](Self::missed) tells how many changes these stand for.
///
/// # Cancel safety
///
/// Dropping the future of [`next`](Self::next), for example in `tokio::select!`, loses no change.
#[must_use = "a subscription does nothing unless its changes are taken"]
pub struct Subscription<V: Send + Sync + 'static> {
    handle: Arc<Handle<V>>,
    mailbox: Arc<Mailbox<V>>,
    /// What comes before the contents of the mailbox.
    first: First<V>,
    /// What the subscriber to a part of the store knows, to tell the differences after it was too slow.
    known: Option<HashMap<u64, Arc<Entry<V>>>>,
    ready: Ready,
    missed: u64,
}

/// What comes before the contents of a mailbox.
enum First<V> {
    /// The objects of a state from some place on.
    State(State<V>, u32),
    Changes(VecDeque<Transition<V>>),
}

/// Whether the subscriber has received the first state of the store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ready {
    NotYet,
    /// After what comes first.
    Next,
    Yes,
}

impl<V: Send + Sync + 'static> Subscription<V> {
    pub(crate) fn new(handle: Arc<Handle<V>>, filter: Filter<V>) -> Self {
        Self::with(handle, Mailbox::queue(filter, CAPACITY), true)
    }

    fn with(handle: Arc<Handle<V>>, mailbox: Mailbox<V>, is_queue: bool) -> Self {
        let mailbox = Arc::new(mailbox);
        let shared = handle.started();
        let mut tables = shared.write();
        let (members, state) = (tables.members(&mailbox.filter), tables.state().clone());
        tables.add_mailbox(Arc::clone(&mailbox));
        let ready = if tables.is_ready { Ready::Next } else { Ready::NotYet };
        if shared.progress.borrow().has_ended() {
            mailbox.close();
        }
        drop(tables);
        let first = match members {
            None => First::State(state, 0),
            Some(members) => {
                First::Changes(entries(&state, &members).into_iter().map(appearance).collect())
            }
        };
        let known = (is_queue && !matches!(mailbox.filter, Filter::All)).then(HashMap::new);
        Self { handle, mailbox, first, known, ready, missed: 0 }
    }

    /// Begins again, and passes over states that are outdated: of each object only the newest change is kept until the
    /// subscriber takes it, from what it knew to what there is. An object that appears and is deleted again in between
    /// is not seen at all. Nothing is ever [missed](Self::missed).
    ///
    /// It suits loops that bring something in line with the present state, and need not know how it came about. There is
    /// no [`capacity`](Self::capacity) to set: at most one change of each object waits.
    pub fn coalesced(self) -> Self {
        let filter = self.mailbox.filter.clone();
        Self::with(Arc::clone(&self.handle), Mailbox::newest(filter), false)
    }

    /// Begins again, with room for this many changes that wait for the subscriber; at least one. A change is a few
    /// pointers, but keeps the object before it in memory.
    ///
    /// A [`coalesced`](Self::coalesced) subscription is returned as it is, so the order of the two calls does not matter.
    pub fn capacity(self, changes: usize) -> Self {
        if self.mailbox.is_coalesced() {
            return self;
        }
        let filter = self.mailbox.filter.clone();
        Self::with(Arc::clone(&self.handle), Mailbox::queue(filter, changes.max(1)), true)
    }

    /// Returns the next change; `None` if there are none to come.
    pub async fn next(&mut self) -> Option<Change<V>> {
        poll_fn(|cx| self.poll_change(cx)).await
    }

    /// Returns the number of changes that the subscriber has missed because it was too slow. It has received, or is
    /// about to receive, the differences that take their place.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Returns whether the subscriber has received all of the store's first state: each object of it, or a newer version
    /// of it.
    ///
    /// It is known when [`next`](Self::next) is called again after the last of them.
    pub fn is_ready(&self) -> bool {
        self.ready == Ready::Yes
    }

    #[cfg(feature = "kube-runtime")]
    pub(crate) fn handle(&self) -> &Handle<V> {
        &self.handle
    }

    fn poll_change(&mut self, cx: &Context<'_>) -> Poll<Option<Change<V>>> {
        loop {
            match self.poll_item(cx) {
                Poll::Ready(Some(Item::Ready)) => {}
                Poll::Ready(Some(Item::Change(transition))) => {
                    if let Some(change) = self.handle.shared.open_change(&transition) {
                        return Poll::Ready(Some(change));
                    }
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Polls for a change, or for the news that the store is ready.
    pub(crate) fn poll_item(&mut self, cx: &Context<'_>) -> Poll<Option<Item<V>>> {
        // Registered before the mailbox is read, so that no wake-up is missed.
        self.mailbox.waker.register(cx.waker());
        loop {
            if let Some(transition) = self.next_first() {
                self.learn(&transition);
                return Poll::Ready(Some(Item::Change(transition)));
            }
            if self.ready == Ready::Next {
                self.ready = Ready::Yes;
                return Poll::Ready(Some(Item::Ready));
            }
            match self.mailbox.take() {
                Taken::Item(Item::Ready) => self.ready = Ready::Next,
                Taken::Item(Item::Change(transition)) => {
                    self.learn(&transition);
                    return Poll::Ready(Some(Item::Change(transition)));
                }
                Taken::Missed => self.catch_up(),
                Taken::Nothing => return Poll::Pending,
                Taken::Closed => return Poll::Ready(None),
            }
        }
    }

    fn next_first(&mut self) -> Option<Transition<V>> {
        loop {
            let transition = match &mut self.first {
                First::State(state, next) => {
                    let Some((slot, entry)) = state.next_from(*next) else { break };
                    *next = slot + 1;
                    appearance(Arc::clone(entry))
                }
                First::Changes(changes) => changes.pop_front()?,
            };
            if transition.before.is_some() {
                return Some(transition);
            }
            if let Some(newest) = self.mailbox.take_newer(transition) {
                return Some(newest);
            }
        }
        // Frees the state.
        self.first = First::Changes(VecDeque::new());
        None
    }

    fn learn(&mut self, transition: &Transition<V>) {
        let Some(known) = &mut self.known else { return };
        match (&transition.before, &transition.after) {
            (_, Some(after)) => drop(known.insert(after.id, Arc::clone(after))),
            (Some(before), None) => drop(known.remove(&before.id)),
            (None, None) => {}
        }
    }

    /// Prepares the differences between what the subscriber knows and the present state.
    fn catch_up(&mut self) {
        let tables = self.handle.shared.read();
        let Some(missed) = self.mailbox.resume() else { return };
        let (members, state) = (tables.members(&self.mailbox.filter), tables.state().clone());
        let is_ready = tables.is_ready;
        drop(tables);
        self.missed += missed.changes;
        tracing::debug!(changes = missed.changes, "a subscriber was too slow");
        let differences = match (missed.base, members, &self.known) {
            (Some(base), ..) => base.differences(&state),
            (None, Some(members), Some(known)) => differences(known, entries(&state, &members)),
            (None, ..) => Vec::new(),
        };
        let origin = ChangeOrigin::CatchUp;
        let changes = differences
            .into_iter()
            .map(|(before, after)| Transition { before, after, origin })
            .collect();
        self.first = First::Changes(changes);
        if is_ready && self.ready == Ready::NotYet {
            self.ready = Ready::Next;
        }
    }
}

fn appearance<V>(entry: Arc<Entry<V>>) -> Transition<V> {
    Transition { before: None, after: Some(entry), origin: ChangeOrigin::Snapshot }
}

impl<V: Send + Sync + 'static> Stream for Subscription<V> {
    type Item = Change<V>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Change<V>>> {
        self.poll_change(cx)
    }
}

impl<V: Send + Sync + 'static> Drop for Subscription<V> {
    fn drop(&mut self) {
        self.handle.shared.write().remove_mailbox(&self.mailbox);
    }
}

impl<V: Send + Sync + 'static> fmt::Debug for Subscription<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("missed", &self.missed)
            .field("is_ready", &self.is_ready())
            .finish_non_exhaustive()
    }
}
