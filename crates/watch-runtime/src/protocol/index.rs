//! What a stream has delivered: which objects its consumer knows, and at which version.
//!
//! It is what repairs a gap: a state that was taken anew is compared with it, object by object.
//! `cargo xtask bench index` measures what an object takes; where its JSON is kept, that comes on top.

mod indexed_object;

use std::collections::HashMap;

use bytes::Bytes;

use crate::protocol::event::EventType;
use crate::protocol::identity::Identity;
use crate::protocol::index::indexed_object::{IndexedObject, Version};

/// The objects that were delivered and not deleted since. At any time a name stands for one object.
#[derive(Debug, Default)]
pub(crate) struct Index {
    objects: HashMap<Box<str>, IndexedObject>,
    /// The JSON of those whose JSON is kept.
    stored: HashMap<Box<str>, Box<[u8]>>,
    /// Counts the states that were taken; what the newest one held bears its number.
    generation: u32,
    /// What was delivered in a pass before this one may be of another past than the server's.
    trusted_since: u32,
    /// Whether some of it has yet to be compared.
    untrusted: bool,
    /// Where keys are put together, so that looking one up allocates nothing.
    key: String,
}

/// How an object in a new state relates to what was delivered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// Its name was not known.
    New,
    /// The same object, at another version.
    Changed,
    /// The same object, at the same version.
    Unchanged,
    /// Its name stood for this other object, which must have been deleted.
    Replaces(Identity),
}

impl Index {
    /// Begins to compare with a new state.
    pub(crate) fn begin_generation(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    /// Compares an object of the new state, and marks it as part of that.
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
            // Delivering it will mark it.
            return Comparison::Changed;
        }
        indexed.mark(self.generation);
        Comparison::Unchanged
    }

    /// The server was set back, and has gone on from there: an object at a known version may be another
    /// one by now. Until the server's state is told in whole, nothing is taken for unchanged.
    pub(crate) fn mark_untrusted(&mut self) {
        if !std::mem::replace(&mut self.untrusted, true) {
            self.trusted_since = self.generation.wrapping_add(1);
        }
    }

    /// The server's state was told in whole.
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

    /// Takes note of what was delivered, and of the object itself where it is to be kept. That is copied:
    /// a slice would keep all of the chunk alive in which it came.
    pub(crate) fn record_delivered(
        &mut self,
        etype: EventType,
        identity: &Identity,
        object: Option<&Bytes>,
    ) {
        self.set_key(identity);
        if etype == EventType::Deleted {
            // The name may already stand for another object.
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

    /// What was delivered but is not part of the newest state, in order of name.
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

    /// The object as it was last delivered, where it was kept.
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

    /// How many objects the consumer knows.
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
    fn a_state_is_compared_with_what_was_delivered() {
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
    fn in_doubt_nothing_is_unchanged_until_it_is_told() {
        let mut index = Index::default();
        let [a, b] = ["a", "b"].map(|name| object(name, A, "7"));
        index.record_delivered(EventType::Added, &a, None);
        index.record_delivered(EventType::Added, &b, None);
        index.mark_untrusted();
        index.begin_generation();
        assert_eq!(index.compare(&a), Comparison::Changed);
        assert_eq!(index.compare(&a), Comparison::Changed, "until it is delivered");
        index.record_delivered(EventType::Modified, &a, None);
        // Interrupted, and doubted again.
        index.mark_untrusted();
        index.begin_generation();
        assert_eq!(index.compare(&a), Comparison::Unchanged);
        assert_eq!(index.compare(&b), Comparison::Changed);
        index.record_delivered(EventType::Modified, &b, None);
        assert!(index.missing_from_list().is_empty() && index.is_untrusted());
        index.mark_synced();
        index.mark_untrusted();
        index.begin_generation();
        assert_eq!(index.compare(&a), Comparison::Changed, "another doubt");
    }

    #[test]
    fn a_late_delete_of_an_earlier_object_does_no_harm() {
        let mut index = Index::default();
        index.record_delivered(EventType::Added, &object("a", B, "9"), None);
        index.record_delivered(EventType::Deleted, &object("a", A, "8"), None);
        assert_eq!(index.len(), 1);
    }

    #[test]
    fn uids_and_versions_are_told_as_they_came() {
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
    fn an_object_that_is_kept_is_told_as_it_was_last_delivered() {
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
    fn the_same_name_in_another_namespace_is_another_object() {
        let mut index = Index::default();
        index.record_delivered(EventType::Added, &object("a", A, "7"), None);
        let other = Identity { namespace: "other".to_owned(), ..object("a", A, "7") };
        assert_eq!(index.compare(&other), Comparison::New);
    }
}
