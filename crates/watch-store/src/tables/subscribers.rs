//! Who is told of changes.

use std::sync::Arc;

use crate::mailbox::{Filter, Mailbox, Transition};
use crate::tables::Tables;

impl<V> Tables<V> {
    pub(crate) fn add_mailbox(&mut self, mailbox: Arc<Mailbox<V>>) {
        self.mailboxes.push(mailbox);
    }

    pub(crate) fn remove_mailbox(&mut self, mailbox: &Arc<Mailbox<V>>) {
        self.mailboxes.retain(|other| !Arc::ptr_eq(other, mailbox));
    }

    pub(crate) fn mailboxes(&self) -> &[Arc<Mailbox<V>>] {
        &self.mailboxes
    }

    /// Asks whether the object in a place concerns each mailbox, and lets those that are full keep the state before the
    /// change.
    pub(super) fn notice_before(&self, slot: Option<u32>) -> Vec<bool> {
        let concerned = |mailbox: &Arc<Mailbox<V>>| {
            if matches!(mailbox.filter, Filter::All) {
                mailbox.make_room(self.state());
            }
            slot.is_some_and(|slot| self.admits(&mailbox.filter, slot))
        };
        self.mailboxes.iter().map(concerned).collect()
    }

    /// Whether the object in a place, if there is one, concerns a subscriber.
    fn admits(&self, filter: &Filter<V>, slot: u32) -> bool {
        match filter {
            Filter::All => true,
            Filter::Key(key) => self.state().get(slot).is_some_and(|entry| entry.key == *key),
            Filter::Index { index, value } => {
                self.index(*index).is_some_and(|index| value.is_of(index, slot))
            }
        }
    }

    /// Returns the places of the objects that concern a subscriber to a part of the store; `None` if all do.
    pub(crate) fn members(&self, filter: &Filter<V>) -> Option<Vec<u32>> {
        match filter {
            Filter::All => None,
            Filter::Key(key) => Some(self.with_key(key.parts()).collect()),
            Filter::Index { index, value } => {
                let index = self.index(*index);
                Some(index.map(|index| value.slots(index)).unwrap_or_default())
            }
        }
    }

    pub(super) fn notify(
        &self,
        slot: u32,
        noticed: &[bool],
        transition: &Transition<V>,
    ) -> Vec<Arc<Mailbox<V>>> {
        let mut to_wake = Vec::new();
        for (mailbox, was) in self.mailboxes.iter().zip(noticed) {
            let is = self.admits(&mailbox.filter, slot);
            if let Some(transition) = transition.seen_by(*was, is)
                && mailbox.push(transition)
            {
                to_wake.push(Arc::clone(mailbox));
            }
        }
        to_wake
    }
}
