//! How an object compares with what was delivered of it.

use crate::identity::Identity;
use crate::index::indexed_object::{IndexedObject, Version};
use crate::version::is_older;

/// How a listed object, or the object of an event, compares with what was delivered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// The object was not delivered.
    New,
    /// The object was delivered at another version.
    Changed,
    /// The object was delivered at this version.
    Unchanged,
    /// The event precedes what was delivered: the list that the watch follows is older than its items.
    Outdated,
    /// Another object of this name was delivered, and must have been deleted.
    Replaces(Identity),
}

/// Where an object to compare comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen<'a> {
    InList,
    /// In a watch that has reached this version.
    InWatch(Option<&'a str>),
}

impl Seen<'_> {
    /// Whether an event at this version precedes what was delivered of the object. An event that is older than
    /// the watch itself says nothing: the server assigns its versions otherwise.
    pub(super) fn is_outdated(
        self,
        event: &Identity,
        version: &Version,
        delivered: &IndexedObject,
    ) -> bool {
        let Self::InWatch(Some(reached)) = self else { return false };
        delivered.is_newer_than(version)
            && event.version.as_deref().is_some_and(|version| is_older(reached, version))
    }
}
