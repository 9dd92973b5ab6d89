//! The index of what a stream has delivered: each object's identity and resource version.
//!
//! A relist compares its objects with the index to repair a gap. `cargo xtask bench index` measures
//! the memory that an object takes; stored JSON comes on top.

mod indexed_object;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use bytes::Bytes;

use crate::protocol::event::EventType;
use crate::protocol::identity::Identity;
use crate::protocol::index::indexed_object::{IndexedObject, Version};

/// The delivered objects that were not deleted since, by namespace and name.
#[derive(Debug, Default)]
pub(crate) struct Index {
    objects: HashMap<Box<str>, IndexedObject>,
    /// The JSON of those that are stored, for tombstones.
    stored: HashMap<Box<str>, Box<[u8]>>,
    /// Counts the lists. An object bears the generation of the newest list that has it (mark and
    /// sweep).
    generation: u32,
    /// Versions delivered before this generation are not trusted: the server was rolled back since.
    trusted_since: u32,
    /// Whether a rollback has yet to be followed by a complete list.
    untrusted: bool,
    /// A buffer for keys, so that lookups do not allocate.
    key: String,
}

/// How a listed object compares with what was delivered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// No object of this name was delivered.
    New,
    /// The object was delivered at another version.
    Changed,
    /// The object was delivered at this version.
    Unchanged,
    /// Another object of this name was delivered, and must have been deleted.
    Replaces(Identity),
}

impl Index {
    /// Starts a generation: a list begins.
    pub(crate) fn begin_generation(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    /// Compares an object with what was delivered. Marks it as listed if it is unchanged.
    pub(crate) fn compare(&mut self, identity: &Identity) -> Comparison {
        let version = Version::of(identity.version.as_deref());
        self.set_key(identity);
        let Some(indexed) = self.objects.get_mut(self.key.as_str()) else {
            return Comparison::New;
        };
        if !indexed.has_uid(&identity.uid) {
            return Comparison::Replaces(indexed.identity(&identity.namespace, &identity.name));
        }
        if !indexed.has_version(&version) || indexed.generation() < self.trusted_since {
            // Its delivery marks it.
            return Comparison::Changed;
        }
        indexed.mark(self.generation);
        Comparison::Unchanged
    }

    /// Stops trusting versions: the server was rolled back, and may have assigned a delivered
    /// version again. Until a list has synced, no object counts as unchanged.
    pub(crate) fn mark_untrusted(&mut self) {
        if !std::mem::replace(&mut self.untrusted, true) {
            self.trusted_since = self.generation.wrapping_add(1);
        }
    }

    /// Records that a list has synced.
    pub(crate) fn mark_synced(&mut self) {
        self.untrusted = false;
    }

    /// Trusts all versions, as an injected bug.
    #[cfg(feature = "simulation")]
    pub(crate) fn trust_all(&mut self) {
        self.trusted_since = 0;
    }

    pub(crate) fn is_untrusted(&self) -> bool {
        self.untrusted
    }

    /// Records a delivery, with the object's JSON if it is to be stored. The JSON is copied, since
    /// a slice would keep the whole chunk alive.
    pub(crate) fn record_delivered(
        &mut self,
        etype: EventType,
        identity: &Identity,
        object: Option<&Bytes>,
    ) {
        self.set_key(identity);
        if etype == EventType::Deleted {
            // The name may belong to another object by now.
            if self
                .objects
                .get(self.key.as_str())
                .is_some_and(|indexed| indexed.has_uid(&identity.uid))
            {
                self.objects.remove(self.key.as_str());
                self.stored.remove(self.key.as_str());
            }
            return;
        }
        let version = Version::of(identity.version.as_deref());
        let indexed = IndexedObject::new(self.generation, &identity.uid, version);
        match self.objects.get_mut(self.key.as_str()) {
            Some(entry) => *entry = indexed,
            None => drop(self.objects.insert(self.key.as_str().into(), indexed)),
        }
        match object {
            Some(object) => {
                drop(self.stored.insert(self.key.as_str().into(), object.as_ref().into()));
            }
            None if self.stored.is_empty() => {}
            None => drop(self.stored.remove(self.key.as_str())),
        }
    }

    /// Returns the objects that the newest list lacks, sorted by name.
    pub(crate) fn missing_from_list(&self) -> Vec<Identity> {
        let mut missing: Vec<_> = self
            .objects
            .iter()
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
    pub(crate) fn stored_object(&mut self, identity: &Identity) -> Option<Bytes> {
        self.set_key(identity);
        let indexed = self.objects.get(self.key.as_str())?;
        let object =
            self.stored.get(self.key.as_str()).filter(|_| indexed.has_uid(&identity.uid))?;
        Some(Bytes::copy_from_slice(object))
    }

    fn set_key(&mut self, identity: &Identity) {
        self.key.clear();
        self.key.extend([&identity.namespace, "/", &identity.name]);
    }

    /// Returns the number of indexed objects.
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }
}
