//! The change of an object, and its line in a watch.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

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
    /// The line for most watchers, in the group version of the first watcher.
    line: OnceLock<(usize, Bytes)>,
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
        }
    }

    /// Returns the size of both states' JSON in bytes.
    pub(super) fn bytes(&self) -> usize {
        [&self.before, &self.after].into_iter().flatten().map(|state| state.item().len()).sum()
    }

    /// Returns the line for a watcher of a selection, or `None` if the selection matches neither state.
    ///
    /// For the watcher, an object that stops matching is deleted, and one that starts matching is added.
    pub(crate) fn line(
        &self,
        version_id: usize,
        type_meta: &Bytes,
        selection: &Selection,
    ) -> Option<Bytes> {
        let matches =
            |state: &Option<Arc<Object>>| state.as_ref().is_some_and(|o| selection.matches(o));
        let observed = change(matches(&self.before), matches(&self.after))?;
        if Some(observed) != change(self.before.is_some(), self.after.is_some()) {
            return self.encode(observed, type_meta);
        }
        if let Some((id, line)) = self.line.get() {
            return if *id == version_id {
                Some(line.clone())
            } else {
                self.encode(observed, type_meta)
            };
        }
        let line = self.encode(observed, type_meta)?;
        // Another watcher may have set it first, to the same line or to one of another group version.
        let _ = self.line.set((version_id, line.clone()));
        Some(line)
    }

    fn encode(&self, change: Change, type_meta: &Bytes) -> Option<Bytes> {
        let (event_type, object) = match change {
            Change::Added => ("ADDED", self.after.as_deref()?),
            Change::Modified => ("MODIFIED", self.after.as_deref()?),
            Change::Deleted => ("DELETED", self.deleted()?),
        };
        Some(frame(event_type, object, type_meta))
    }

    fn deleted(&self) -> Option<&Object> {
        let before = self.before.as_ref()?;
        let deleted = || Object::new(before.key().clone(), before.decode(), self.revision);
        Some(self.deleted.get_or_init(deleted))
    }
}

/// Returns the ADDED line of an object that existed before the watch started.
pub(crate) fn added_line(object: &Object, type_meta: &Bytes) -> Bytes {
    frame("ADDED", object, type_meta)
}

fn frame(event_type: &str, object: &Object, type_meta: &Bytes) -> Bytes {
    object.framed(&format!(r#"{{"type":"{event_type}","object":"#), type_meta, "}\n")
}

fn change(before: bool, after: bool) -> Option<Change> {
    match (before, after) {
        (false, true) => Some(Change::Added),
        (true, true) => Some(Change::Modified),
        (true, false) => Some(Change::Deleted),
        (false, false) => None,
    }
}
