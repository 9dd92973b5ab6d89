//! The objects of one namespace and name: nearly always one.
//!
//! Servers that show the objects of several clusters as one collection (kcp, Karmada) have several, told apart by
//! their uids.

use crate::index::indexed_object::{IndexedObject, Version};
use crate::uid::Uid;

/// The indexed objects of one namespace and name.
#[derive(Debug)]
pub(super) enum Entry {
    One(IndexedObject),
    Several(Vec<IndexedObject>),
}

impl Entry {
    pub(super) fn objects(&self) -> &[IndexedObject] {
        match self {
            Self::One(object) => std::slice::from_ref(object),
            Self::Several(objects) => objects,
        }
    }

    pub(super) fn find(&self, uid: &Uid) -> Option<&IndexedObject> {
        self.objects().iter().find(|object| object.has_uid(uid))
    }

    pub(super) fn find_mut(&mut self, uid: &Uid) -> Option<&mut IndexedObject> {
        match self {
            Self::One(object) => object.has_uid(uid).then_some(object),
            Self::Several(objects) => objects.iter_mut().find(|object| object.has_uid(uid)),
        }
    }

    /// Puts an object in the place of what was indexed of it. Returns whether it is another one of this name.
    pub(super) fn put(&mut self, generation: u32, uid: &Uid, version: Version) -> bool {
        let Some(indexed) = self.find_mut(uid) else {
            self.add(IndexedObject::new(generation, uid, version));
            return true;
        };
        *indexed = if uid.is_empty() {
            IndexedObject::new(generation, &indexed.uid(), version)
        } else {
            IndexedObject::new(generation, uid, version)
        };
        false
    }

    /// Adds another object of this name.
    fn add(&mut self, object: IndexedObject) {
        let mut objects = match std::mem::replace(self, Self::Several(Vec::new())) {
            Self::One(first) => vec![first],
            Self::Several(objects) => objects,
        };
        objects.push(object);
        *self = Self::Several(objects);
    }

    /// Removes an object. Returns whether it was there.
    pub(super) fn remove(&mut self, uid: &Uid) -> bool {
        let Some(at) = self.objects().iter().position(|object| object.has_uid(uid)) else {
            return false;
        };
        match self {
            Self::One(_) => *self = Self::Several(Vec::new()),
            Self::Several(objects) => drop(objects.remove(at)),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn usual_entry_takes_48_bytes_with_its_key() {
        assert_eq!(size_of::<(Arc<str>, Entry)>(), 48);
    }
}
