//! What happened to one object, and the line of a watch that tells it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::object::Object;
use super::selection::Selection;

/// A change of one object, with its states before and after it.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) revision: u64,
    pub(crate) collection: usize,
    pub(crate) before: Option<Arc<Object>>,
    pub(crate) after: Option<Arc<Object>>,
    /// The state before, under the revision of this event: what DELETED carries.
    gone: OnceLock<Object>,
    /// The line that most watchers send, in the version of the first that asked.
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
        Self { revision, collection, before, after, gone: OnceLock::new(), line: OnceLock::new() }
    }

    /// The bytes of the JSON of its two states.
    pub(super) fn bytes(&self) -> usize {
        [&self.before, &self.after].into_iter().flatten().map(|state| state.item().len()).sum()
    }

    /// The line for a watcher of a selection; `None` where it does not concern it.
    ///
    /// What an object's change is depends on who looks: one that stops fitting the selection is
    /// deleted for that watcher, and one that starts to fit is added.
    pub(crate) fn line(
        &self,
        version_id: usize,
        type_meta: &Bytes,
        selection: &Selection,
    ) -> Option<Bytes> {
        let fits =
            |state: &Option<Arc<Object>>| state.as_ref().is_some_and(|o| selection.matches(o));
        let seen = change(fits(&self.before), fits(&self.after))?;
        if Some(seen) != change(self.before.is_some(), self.after.is_some()) {
            return self.encode(seen, type_meta);
        }
        if let Some((id, line)) = self.line.get() {
            return if *id == version_id {
                Some(line.clone())
            } else {
                self.encode(seen, type_meta)
            };
        }
        let line = self.encode(seen, type_meta)?;
        // Another watcher may have been quicker: its line is the same or another version's.
        let _ = self.line.set((version_id, line.clone()));
        Some(line)
    }

    fn encode(&self, change: Change, type_meta: &Bytes) -> Option<Bytes> {
        let (word, object) = match change {
            Change::Added => ("ADDED", self.after.as_deref()?),
            Change::Modified => ("MODIFIED", self.after.as_deref()?),
            Change::Deleted => ("DELETED", self.gone()?),
        };
        Some(frame(word, object, type_meta))
    }

    fn gone(&self) -> Option<&Object> {
        let before = self.before.as_ref()?;
        let renewed = || Object::new(before.key().clone(), before.decode(), self.revision);
        Some(self.gone.get_or_init(renewed))
    }
}

/// The line that tells of an object which was there before the watch began.
pub(crate) fn added_line(object: &Object, type_meta: &Bytes) -> Bytes {
    frame("ADDED", object, type_meta)
}

fn frame(word: &str, object: &Object, type_meta: &Bytes) -> Bytes {
    object.framed(&format!(r#"{{"type":"{word}","object":"#), type_meta, "}\n")
}

fn change(before: bool, after: bool) -> Option<Change> {
    match (before, after) {
        (false, true) => Some(Change::Added),
        (true, true) => Some(Change::Modified),
        (true, false) => Some(Change::Deleted),
        (false, false) => None,
    }
}
