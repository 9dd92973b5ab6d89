//! The identity of an object in an event or a list.

use std::fmt;

use watchable_core::Scope;

use crate::content;
use crate::raw_object::RawObject;
use crate::uid::Uid;

/// The identity of an object, and its resource version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name; empty if the object has none.
    pub name: String,
    /// The namespace; empty if the object is in none.
    pub namespace: String,
    /// The uid.
    pub uid: Uid,
    /// The resource version, if the object has one.
    pub version: Option<String>,
    /// A hash of the object, which stands for an absent version. 0 if there is one.
    pub content: u64,
}

/// `shop/web-1`, or `node-1` without a namespace.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.namespace.as_str(), self.name.as_str()) {
            (_, "") => f.write_str("an object without a name"),
            ("", name) => f.write_str(name),
            (namespace, name) => write!(f, "{namespace}/{name}"),
        }
    }
}

impl Identity {
    /// Hashes the object, if it has no version to compare it by.
    pub(crate) fn hash_unversioned(&mut self, object: &RawObject) {
        if self.version.is_none() {
            self.content = content::hash(object);
        }
    }

    /// Whether it has a name, without which objects cannot be told apart.
    pub(crate) fn is_named(&self) -> bool {
        !self.name.is_empty()
    }

    /// Whether every field is set that objects of this scope have.
    pub(crate) fn is_complete(&self, scope: Scope) -> bool {
        let has_place = match scope {
            Scope::Namespaced => !self.namespace.is_empty(),
            Scope::Cluster => true,
        };
        has_place
            && !self.name.is_empty()
            && !self.uid.is_empty()
            && self.version.as_ref().is_some_and(|version| !matches!(version.as_str(), "" | "0"))
    }
}
