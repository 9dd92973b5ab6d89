//! An object in a store.

use std::sync::Arc;

use watch_protocol::uid::Uid;

use crate::encoded::Encoded;
use crate::key::ObjectKey;

/// One version of an object.
pub(crate) struct Entry<V> {
    /// Stays the same for as long as the object exists.
    pub(crate) id: u64,
    pub(crate) key: ObjectKey,
    pub(crate) uid: Uid,
    /// The number of the source that it comes from.
    pub(crate) source: u16,
    pub(crate) value: Value<V>,
}

/// An object, or what is kept of it.
pub(crate) enum Value<V> {
    Whole(Arc<V>),
    Encoded(Encoded),
}

impl<V> Clone for Value<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Whole(object) => Self::Whole(Arc::clone(object)),
            Self::Encoded(encoded) => Self::Encoded(encoded.clone()),
        }
    }
}
