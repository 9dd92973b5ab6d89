//! Changes that happened on another server, at that server's revisions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::Event;
use super::object::{Key, Object};
use super::state::State;

/// What a recorded change does to those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// They get its event.
    Delivered,
    /// The state was as the change left it.
    Unchanged,
    /// It is older than what they have seen. The state has it, and the watches have expired.
    Expired,
}

impl State {
    /// Sets the objects of a collection and its revision, without a history.
    pub(crate) fn restore(&mut self, collection: usize, objects: Vec<Object>, revision: u64) {
        let objects = objects.into_iter().map(|object| (object.key().clone(), Arc::new(object)));
        self.collections[collection] = objects.collect::<BTreeMap<_, _>>();
        self.restart(collection, revision);
    }

    /// Sets the revision of a collection back, whose objects stay. Its watches expire.
    pub(crate) fn rewind(&mut self, collection: usize, revision: u64) {
        self.restart(collection, revision);
    }

    /// Creates or replaces an object at its own revision.
    pub(crate) fn record(&mut self, collection: usize, object: Object) -> Outcome {
        let (revision, key) = (object.revision(), object.key().clone());
        let latest = self.now(collection).revision;
        let before = self.object(collection, &key);
        let is_late = revision <= latest;
        let is_known = |before: &Arc<Object>| {
            before.revision() == revision || is_late && before.revision() > revision
        };
        if before.as_ref().is_some_and(is_known) {
            return Outcome::Unchanged;
        }
        let object = Arc::new(object);
        self.collections[collection].insert(key, Arc::clone(&object));
        if is_late {
            self.restart(collection, latest);
            return Outcome::Expired;
        }
        self.push(Event::new(revision, collection, before, Some(object)));
        Outcome::Delivered
    }

    /// Deletes an object, whose last state has the revision of the deletion.
    pub(crate) fn record_deletion(&mut self, collection: usize, deleted: Object) -> Outcome {
        let latest = self.now(collection).revision;
        let revision = deleted.revision();
        let Some(before) = self.object(collection, deleted.key()) else {
            self.advance(collection, revision);
            return Outcome::Unchanged;
        };
        let is_late = revision <= latest;
        // The object was created again since.
        if is_late && before.revision() > revision {
            return Outcome::Unchanged;
        }
        self.collections[collection].remove(deleted.key());
        if is_late {
            self.restart(collection, latest);
            return Outcome::Expired;
        }
        self.push(Event::deletion(collection, before, deleted));
        Outcome::Delivered
    }

    /// Deletes an object, of which the last state before the deletion is not known better than it is here.
    pub(crate) fn record_deletion_of(
        &mut self,
        collection: usize,
        key: &Key,
        revision: u64,
    ) -> Outcome {
        let Some(object) = self.object(collection, key) else {
            self.advance(collection, revision);
            return Outcome::Unchanged;
        };
        let deleted = Object::new(key.clone(), object.decode(), revision);
        self.record_deletion(collection, deleted)
    }
}
