//! A change of a store: an object before and after.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use watch_protocol::Origin;
use watch_runtime::{EventSource, EventType};

use crate::diff::{Diff, DiffError, DiffOptions};
use crate::key::ObjectKey;

/// A change of an object, or the first that a subscriber learns of it.
///
/// For each subscriber and each object, `before` is the `after` of the object's previous change. An object that is
/// deleted and created again under the same name is another object.
#[non_exhaustive]
pub struct Change<V> {
    /// The object as the subscriber knew it; `None` if it did not.
    pub before: Option<Arc<V>>,
    /// The object as it is now; `None` if it was deleted, or left what the subscriber has subscribed to.
    pub after: Option<Arc<V>>,
    /// How the change came about.
    pub origin: ChangeOrigin,
    /// The source that the object comes from; unnamed if the store has only one.
    pub source: EventSource,
    /// The object's namespace and name.
    pub key: ObjectKey,
    /// Whether the objects are of Secrets, of which the store may keep a part that does not say so.
    pub(crate) is_of_secrets: bool,
}

/// How a change came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeOrigin {
    /// The object was in the store when the subscription began.
    Snapshot,
    /// The object is part of the first state that the store received.
    Initial,
    /// The server's watch has sent it.
    Live,
    /// A relist has found it, after the server no longer had the events in between.
    Repair,
    /// The subscriber was too slow, and missed changes. The differences between what it knew and the present state
    /// take their place: several changes of an object are one.
    CatchUp,
}

impl From<Origin> for ChangeOrigin {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Initial => Self::Initial,
            Origin::Repair => Self::Repair,
            _ => Self::Live,
        }
    }
}

impl<V> Change<V> {
    /// Returns what happened, as a watch would name it. For a subscription to a part of the store, to enter this part
    /// is `ADDED`, and to leave it `DELETED`.
    pub fn etype(&self) -> EventType {
        match (&self.before, &self.after) {
            (None, _) => EventType::Added,
            (Some(_), Some(_)) => EventType::Modified,
            (Some(_), None) => EventType::Deleted,
        }
    }

    /// Returns the object after the change, or as it last was if it is gone.
    ///
    /// # Panics
    ///
    /// Never, for a change that a store has made: one side is always there.
    pub fn object(&self) -> &Arc<V> {
        self.after.as_ref().or(self.before.as_ref()).expect("a change has an object")
    }
}

impl<V: Serialize> Change<V> {
    /// Returns what changed between the two sides. Where there is only one, that is the whole object. Each call
    /// encodes both sides. If the store keeps a projection of Secrets, all values are hashes.
    ///
    /// # Errors
    ///
    /// Fails if an object cannot be encoded as JSON: see [`Diff::between`].
    pub fn diff(&self) -> Result<Diff, DiffError> {
        let options = DiffOptions::new().of_secrets(self.is_of_secrets);
        options.of_change(self.before.as_deref(), self.after.as_deref())
    }
}

impl<V> Clone for Change<V> {
    fn clone(&self) -> Self {
        Self {
            before: self.before.clone(),
            after: self.after.clone(),
            origin: self.origin,
            source: self.source.clone(),
            key: self.key.clone(),
            is_of_secrets: self.is_of_secrets,
        }
    }
}

/// Without the objects, which may be confidential.
impl<V> fmt::Debug for Change<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("etype", &self.etype())
            .field("key", &self.key)
            .field("origin", &self.origin)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
