//! Delivered objects as they were received, for types that do not decode from a tombstone.

use std::collections::HashMap;

use bytes::Bytes;

use crate::raw_object::{Form, RawObject};
use crate::uid::Uid;

/// Delivered objects, by the index's key and by uid.
#[derive(Debug, Default)]
pub(super) struct StoredObjects(HashMap<Box<str>, Namesakes>);

/// The objects of one namespace and name.
type Namesakes = Vec<(Uid, Stored)>;

/// An object. Its bytes are a copy, since a slice would keep the whole chunk alive.
#[derive(Debug)]
struct Stored {
    form: Form,
    bytes: Box<[u8]>,
}

impl StoredObjects {
    /// Stores an object, in the place of what was stored of it before.
    pub(super) fn put(&mut self, key: &str, uid: &Uid, object: &RawObject) {
        let stored = Stored { form: object.form, bytes: object.bytes.as_ref().into() };
        match self.0.get_mut(key) {
            Some(objects) => match objects.iter_mut().find(|(other, _)| other.matches(uid)) {
                Some((_, place)) => *place = stored,
                None => objects.push((uid.clone(), stored)),
            },
            None => drop(self.0.insert(key.into(), vec![(uid.clone(), stored)])),
        }
    }

    pub(super) fn remove(&mut self, key: &str, uid: &Uid) {
        if self.0.is_empty() {
            return;
        }
        let Some(objects) = self.0.get_mut(key) else { return };
        objects.retain(|(other, _)| !other.matches(uid));
        if objects.is_empty() {
            self.0.remove(key);
        }
    }

    pub(super) fn get(&self, key: &str, uid: &Uid) -> Option<RawObject> {
        let (_, Stored { form, bytes }) =
            self.0.get(key)?.iter().find(|(other, _)| other.matches(uid))?;
        Some(RawObject { form: *form, bytes: Bytes::copy_from_slice(bytes) })
    }
}
