//! The index of what a stream has delivered: each object's identity and resource version.
//!
//! A relist compares its objects with the index to repair a gap. `cargo xtask bench index` measures
//! the memory that an object takes; stored JSON comes on top.

mod indexed_object;

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
            Some(place) => *place = indexed,
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
        let mut missing_from_list: Vec<_> = self
            .objects
            .iter()
            .filter(|(_, indexed)| indexed.generation() != self.generation)
            .map(|(key, indexed)| {
                let (namespace, name) = key.split_once('/').unwrap_or(("", key));
                indexed.identity(namespace, name)
            })
            .collect();
        missing_from_list.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        missing_from_list
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

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "8d81410b-1ab3-4aae-9917-698838ae0bb2";
    const B: &str = "5b1c1f0e-6a0e-4b53-9c0e-1b8a5f5c1d2e";

    fn object(name: &str, uid: &str, version: &str) -> Identity {
        Identity {
            name: name.to_owned(),
            namespace: "shop".to_owned(),
            uid: uid.into(),
            version: Some(version.to_owned()),
        }
    }

    #[test]
    fn list_is_compared_with_the_index() {
        let mut index = Index::default();
        for name in ["same", "changed", "replaced", "missing_from_list"] {
            index.record_delivered(EventType::Added, &object(name, A, "7"), None);
        }
        index.begin_generation();
        assert_eq!(index.compare(&object("same", A, "7")), Comparison::Unchanged);
        assert_eq!(index.compare(&object("changed", A, "8")), Comparison::Changed);
        index.record_delivered(EventType::Modified, &object("changed", A, "8"), None);
        assert_eq!(index.compare(&object("new", B, "9")), Comparison::New);
        index.record_delivered(EventType::Added, &object("new", B, "9"), None);
        let old = object("replaced", A, "7");
        assert_eq!(index.compare(&object("replaced", B, "9")), Comparison::Replaces(old.clone()));
        index.record_delivered(EventType::Deleted, &old, None);
        index.record_delivered(EventType::Added, &object("replaced", B, "9"), None);
        assert_eq!(index.missing_from_list(), [object("missing_from_list", A, "7")]);
        assert_eq!(index.missing_from_list().len(), 1, "until its deletion is delivered");
        index.record_delivered(EventType::Deleted, &object("missing_from_list", A, "7"), None);
        assert!(index.missing_from_list().is_empty());
        assert_eq!(index.len(), 4);
    }

    #[test]
    fn untrusted_versions_count_as_changed_until_delivered() {
        let mut index = Index::default();
        let [a, b] = ["a", "b"].map(|name| object(name, A, "7"));
        index.record_delivered(EventType::Added, &a, None);
        index.record_delivered(EventType::Added, &b, None);
        index.mark_untrusted();
        index.begin_generation();
        assert_eq!(index.compare(&a), Comparison::Changed);
        assert_eq!(index.compare(&a), Comparison::Changed, "until it is delivered");
        index.record_delivered(EventType::Modified, &a, None);
        // Interrupted, and rolled back again.
        index.mark_untrusted();
        index.begin_generation();
        assert_eq!(index.compare(&a), Comparison::Unchanged);
        assert_eq!(index.compare(&b), Comparison::Changed);
        index.record_delivered(EventType::Modified, &b, None);
        assert!(index.missing_from_list().is_empty() && index.is_untrusted());
        index.mark_synced();
        index.mark_untrusted();
        index.begin_generation();
        assert_eq!(index.compare(&a), Comparison::Changed, "rolled back again");
    }

    #[test]
    fn late_delete_of_an_earlier_object_is_ignored() {
        let mut index = Index::default();
        index.record_delivered(EventType::Added, &object("a", B, "9"), None);
        index.record_delivered(EventType::Deleted, &object("a", A, "8"), None);
        assert_eq!(index.len(), 1);
    }

    #[test]
    fn uids_and_versions_round_trip() {
        for uid in [A, "", "x", &A.to_uppercase(), &A.replace('-', "0")] {
            for version in ["7", "007", "+7", "18446744073709551616", "opaque", "0"] {
                let mut index = Index::default();
                index.record_delivered(EventType::Added, &object("a", uid, version), None);
                index.begin_generation();
                assert_eq!(index.missing_from_list(), [object("a", uid, version)]);
            }
        }
    }

    #[test]
    fn stored_object_is_the_last_delivered() {
        let mut index = Index::default();
        for text in ["old", "new"] {
            index.record_delivered(
                EventType::Added,
                &object("a", A, "7"),
                Some(&Bytes::from(text)),
            );
        }
        index.record_delivered(EventType::Added, &object("b", A, "7"), None);
        assert_eq!(index.stored_object(&object("a", A, "7")).as_deref(), Some(&b"new"[..]));
        assert_eq!(index.stored_object(&object("a", B, "7")), None, "another object of that name");
        assert_eq!(index.stored_object(&object("b", A, "7")), None);
    }

    #[test]
    fn same_name_in_another_namespace_is_another_object() {
        let mut index = Index::default();
        index.record_delivered(EventType::Added, &object("a", A, "7"), None);
        let other = Identity { namespace: "other".to_owned(), ..object("a", A, "7") };
        assert_eq!(index.compare(&other), Comparison::New);
    }
}
