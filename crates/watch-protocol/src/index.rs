//! The index of what a stream has delivered: each object's identity and resource version.
//!
//! A relist compares its objects with the index to repair a gap. `cargo xtask bench index` measures
//! the memory that an object takes; stored JSON comes on top.

mod comparison;
mod entry;
mod indexed_object;
mod recent_deletions;
mod stored_objects;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use crate::event::EventType;
use crate::identity::Identity;
pub(crate) use crate::index::comparison::{Comparison, Seen};
use crate::index::entry::Entry;
use crate::index::indexed_object::{IndexedObject, Version};
use crate::index::recent_deletions::RecentDeletions;
use crate::index::stored_objects::StoredObjects;
use crate::raw_object::RawObject;
use crate::uid::Uid;

/// The delivered objects that were not deleted since, by namespace and name.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Keys are shared with whoever stores the objects.
    objects: HashMap<Arc<str>, Entry>,
    /// The number of objects that share their name with others, without the first of each name.
    namesakes: usize,
    /// Whether the server was found to have several objects of one name.
    has_namesakes: bool,
    /// Those that are stored, for tombstones.
    stored: StoredObjects,
    /// Counts the lists. An object bears the generation of the newest list that has it (mark and
    /// sweep).
    generation: u32,
    /// Versions delivered before this generation are not trusted: the server was rolled back since.
    trusted_since: u32,
    /// Whether a rollback has yet to be followed by a complete list.
    untrusted: bool,
    /// Counts the rollbacks.
    rollbacks: u32,
    /// Whether a list has synced: since then the index has every object of the server.
    complete: bool,
    /// The last deletions, until then.
    recent_deletions: RecentDeletions,
    /// Objects that another one of their name seemed to have replaced. If one of them is still there, the server has
    /// several objects of one name.
    replaced: RecentDeletions,
    /// A buffer for keys, so that lookups do not allocate.
    key: String,
}

impl Index {
    /// Starts a generation: a list begins.
    pub(crate) fn begin_generation(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    /// Compares an object with what was delivered. Marks it as listed if it is unchanged.
    pub(crate) fn compare(&mut self, identity: &Identity, seen: Seen<'_>) -> Comparison {
        let version = Version::of(identity);
        self.set_key(identity);
        let Some(entry) = self.objects.get_mut(self.key.as_str()) else {
            return Comparison::New;
        };
        if let Some(indexed) = entry.find_mut(&identity.uid) {
            let trusted = indexed.generation() >= self.trusted_since;
            return if trusted && indexed.has_version(&version) {
                indexed.mark(self.generation);
                Comparison::Unchanged
            } else if trusted && seen.is_outdated(identity, &version, indexed) {
                Comparison::Outdated
            } else {
                // Its delivery marks it.
                Comparison::Changed
            };
        }
        let Entry::One(other) = entry else { return Comparison::New };
        let in_one_list = matches!(seen, Seen::InList) && other.generation() == self.generation;
        self.has_namesakes |= matches!(seen, Seen::InWatch(_))
            && !self.untrusted
            && self.replaced.contains(&self.key, &identity.uid);
        if self.has_namesakes || in_one_list {
            Comparison::New
        } else if other.generation() >= self.trusted_since
            && seen.is_outdated(identity, &version, other)
        {
            Comparison::Outdated
        } else {
            let other = other.identity(&identity.namespace, &identity.name);
            self.replaced.push(&self.key, &other.uid);
            Comparison::Replaces(other)
        }
    }

    /// Whether the newest list has had this object.
    pub(crate) fn has_listed(&mut self, identity: &Identity) -> bool {
        self.set_key(identity);
        let entry = self.objects.get(self.key.as_str());
        entry
            .and_then(|entry| entry.find(&identity.uid))
            .is_some_and(|indexed| indexed.generation() == self.generation)
    }

    /// Compares the object of a DELETED event, seen in a watch that has reached this version.
    pub(crate) fn compare_deleted(
        &mut self,
        identity: &Identity,
        reached: Option<&str>,
    ) -> Comparison {
        self.set_key(identity);
        let indexed =
            self.objects.get(self.key.as_str()).and_then(|entry| entry.find(&identity.uid));
        let Some(indexed) = indexed else {
            let repeated = self.recent_deletions.contains(&self.key, &identity.uid);
            return if repeated { Comparison::Outdated } else { Comparison::New };
        };
        let seen = Seen::InWatch(reached);
        let trusted = indexed.generation() >= self.trusted_since;
        if trusted && seen.is_outdated(identity, &Version::of(identity), indexed) {
            Comparison::Outdated
        } else {
            Comparison::Changed
        }
    }

    /// Stops trusting versions: the server was rolled back, and may have assigned a delivered
    /// version again. Until a list has synced, no object counts as unchanged.
    pub(crate) fn mark_untrusted(&mut self) {
        if !std::mem::replace(&mut self.untrusted, true) {
            self.trusted_since = self.generation.wrapping_add(1);
            self.rollbacks = self.rollbacks.wrapping_add(1);
        }
    }

    /// Continues as the index of an earlier process was, whose objects were recorded in the first generation.
    pub(crate) fn resume(&mut self, complete: bool, untrusted: bool, rollbacks: u32) {
        self.trusted_since = self.generation;
        self.complete = complete;
        self.untrusted = untrusted;
        self.rollbacks = rollbacks;
    }

    /// Puts an object into the generation before this one, so that its version is not trusted.
    pub(crate) fn mark_outdated(&mut self, identity: &Identity) {
        self.set_key(identity);
        let entry = self.objects.get_mut(self.key.as_str());
        if let Some(indexed) = entry.and_then(|entry| entry.find_mut(&identity.uid)) {
            indexed.mark(self.generation.wrapping_sub(1));
        }
    }

    /// Records that a list has synced.
    pub(crate) fn mark_synced(&mut self) {
        self.untrusted = false;
        self.complete = true;
        self.recent_deletions.clear();
        self.replaced.clear();
    }

    /// Trusts all versions, as an injected bug.
    #[cfg(feature = "simulation")]
    pub(crate) fn trust_all(&mut self) {
        self.trusted_since = 0;
    }

    /// Forgets that there are several objects of one name, as an injected bug.
    #[cfg(feature = "simulation")]
    pub(crate) fn forget_namesakes(&mut self) {
        self.has_namesakes = false;
        self.replaced.clear();
    }

    pub(crate) fn is_untrusted(&self) -> bool {
        self.untrusted
    }

    pub(crate) fn rollbacks(&self) -> u32 {
        self.rollbacks
    }

    /// Whether a list has synced: what the index lacks, the consumer does not have.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Records a delivery, with the object if it is to be stored.
    pub(crate) fn record_delivered(
        &mut self,
        etype: EventType,
        identity: &Identity,
        object: Option<&RawObject>,
    ) {
        self.set_key(identity);
        if etype == EventType::Deleted {
            self.remove(&identity.uid);
            if !self.complete {
                self.recent_deletions.push(&self.key, &identity.uid);
            }
            return;
        }
        let version = Version::of(identity);
        if let Some(entry) = self.objects.get_mut(self.key.as_str()) {
            if entry.put(self.generation, &identity.uid, version) {
                self.namesakes += 1;
                self.has_namesakes = true;
            }
        } else {
            let indexed = IndexedObject::new(self.generation, &identity.uid, version);
            self.objects.insert(self.key.as_str().into(), Entry::One(indexed));
        }
        match object {
            Some(object) => self.stored.put(&self.key, &identity.uid, object),
            None => self.stored.remove(&self.key, &identity.uid),
        }
    }

    fn remove(&mut self, uid: &Uid) {
        let Some(entry) = self.objects.get_mut(self.key.as_str()) else { return };
        // The name may belong to another object by now.
        if !entry.remove(uid) {
            return;
        }
        if entry.objects().is_empty() {
            self.objects.remove(self.key.as_str());
        } else {
            self.namesakes -= 1;
        }
        self.stored.remove(&self.key, uid);
    }

    /// Returns the objects that the newest list lacks, sorted by name.
    pub(crate) fn missing_from_list(&self) -> Vec<Identity> {
        let mut missing: Vec<_> = self
            .objects
            .iter()
            .flat_map(|(key, entry)| entry.objects().iter().map(move |indexed| (key, indexed)))
            .filter(|(_, indexed)| indexed.generation() != self.generation)
            .map(|(key, indexed)| {
                let (namespace, name) = key.split_once('/').unwrap_or(("", key));
                indexed.identity(namespace, name)
            })
            .collect();
        missing.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        missing
    }

    /// Returns the object as it was last delivered, if it was stored.
    pub(crate) fn stored_object(&mut self, identity: &Identity) -> Option<RawObject> {
        self.set_key(identity);
        self.stored.get(&self.key, &identity.uid)
    }

    fn set_key(&mut self, identity: &Identity) {
        self.key.clear();
        self.key.extend([&identity.namespace, "/", &identity.name]);
    }

    /// Returns the key of an indexed object: its namespace and name, with a slash between them.
    pub(crate) fn shared_key(&mut self, identity: &Identity) -> Option<Arc<str>> {
        self.set_key(identity);
        self.objects.get_key_value(self.key.as_str()).map(|(key, _)| Arc::clone(key))
    }

    /// Returns the number of indexed objects.
    pub(crate) fn len(&self) -> usize {
        self.objects.len() + self.namesakes
    }
}
