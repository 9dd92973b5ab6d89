//! The change of an object, and its event in a watch.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::format::Format;
use super::object::Object;
use super::selection::Selection;

/// A change of one object, with the states before and after it.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) revision: u64,
    pub(crate) collection: usize,
    pub(crate) before: Option<Arc<Object>>,
    pub(crate) after: Option<Arc<Object>>,
    /// The previous state with the revision of this event: the object of a DELETED event.
    deleted: OnceLock<Object>,
    /// The line and the frame for most watchers, each in the group version of the first watcher on that wire.
    line: OnceLock<(usize, Bytes)>,
    frame: OnceLock<(usize, Bytes)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Added,
    Modified,
    Deleted,
}

impl Event {
    pub(crate) fn new(
        revision: u64,
        collection: usize,
        before: Option<Arc<Object>>,
        after: Option<Arc<Object>>,
    ) -> Self {
        Self {
            revision,
            collection,
            before,
            after,
            deleted: OnceLock::new(),
            line: OnceLock::new(),
            frame: OnceLock::new(),
        }
    }

    /// The deletion of an object, whose last state is known as clients are to see it.
    pub(super) fn deletion(collection: usize, before: Arc<Object>, deleted: Object) -> Self {
        let event = Self::new(deleted.revision(), collection, Some(before), None);
        Self { deleted: OnceLock::from(deleted), ..event }
    }

    /// Returns the size of both states' JSON in bytes.
    pub(super) fn bytes(&self) -> usize {
        [&self.before, &self.after].into_iter().flatten().map(|state| state.item().len()).sum()
    }

    /// Returns what a watcher of a selection is sent, or `None` if the selection matches neither state.
    ///
    /// For the watcher, an object that stops matching is deleted, and one that starts matching is added.
    pub(crate) fn frame(&self, format: &Format<'_>, selection: &Selection) -> Option<Bytes> {
        let matches =
            |state: &Option<Arc<Object>>| state.as_ref().is_some_and(|o| selection.matches(o));
        let observed = change(matches(&self.before), matches(&self.after))?;
        if Some(observed) != change(self.before.is_some(), self.after.is_some()) {
            return self.encode(observed, format);
        }
        let shared = if format.protobuf.is_some() { &self.frame } else { &self.line };
        if let Some((id, frame)) = shared.get() {
            return if *id == format.version_id {
                Some(frame.clone())
            } else {
                self.encode(observed, format)
            };
        }
        let frame = self.encode(observed, format)?;
        // Another watcher may have set it first, to the same frame or to one of another group version.
        let _ = shared.set((format.version_id, frame.clone()));
        Some(frame)
    }

    fn encode(&self, change: Change, format: &Format<'_>) -> Option<Bytes> {
        let (event_type, object) = match change {
            Change::Added => ("ADDED", self.after.as_deref()?),
            Change::Modified => ("MODIFIED", self.after.as_deref()?),
            Change::Deleted => ("DELETED", self.deleted()?),
        };
        Some(format.frame(event_type, object))
    }

    fn deleted(&self) -> Option<&Object> {
        let before = self.before.as_ref()?;
        let deleted = || Object::new(before.key().clone(), before.decode(), self.revision);
        Some(self.deleted.get_or_init(deleted))
    }
}

/// Returns the ADDED event of an object that existed before the watch started.
pub(crate) fn added_frame(object: &Object, format: &Format<'_>) -> Bytes {
    format.frame("ADDED", object)
}

fn change(before: bool, after: bool) -> Option<Change> {
    match (before, after) {
        (false, true) => Some(Change::Added),
        (true, true) => Some(Change::Modified),
        (true, false) => Some(Change::Deleted),
        (false, false) => None,
    }
}
