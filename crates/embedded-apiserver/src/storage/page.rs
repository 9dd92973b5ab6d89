//! A page of a list, as the collection is now or as it was at an earlier revision.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::history::TooOld;
use super::object::{Key, Object};
use super::selection::Selection;
use super::state::State;

/// What a page shall show.
pub(crate) struct PageRequest<'a> {
    pub(crate) collection: usize,
    pub(crate) selection: &'a Selection,
    /// The revision to show; `None` for now.
    pub(crate) revision: Option<u64>,
    /// The key after which to begin.
    pub(crate) after: Option<&'a Key>,
    /// How many at most; 0 for all.
    pub(crate) limit: usize,
}

/// A page: objects in the order of their keys.
pub(crate) struct Page {
    pub(crate) items: Vec<Arc<Object>>,
    /// The revision that it shows.
    pub(crate) revision: u64,
    /// How many more would fit.
    pub(crate) remaining: usize,
}

/// Why a page cannot be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PageError {
    /// The revision lies before the history.
    TooOld,
    /// The revision lies in the future; the current one is told.
    TooNew { current: u64 },
}

impl State {
    pub(crate) fn page(&self, request: &PageRequest<'_>) -> Result<Page, PageError> {
        let current = self.revision();
        let revision = request.revision.unwrap_or(current);
        if revision > current {
            return Err(PageError::TooNew { current });
        }
        let undone =
            self.changed_since(request.collection, revision).map_err(|_| PageError::TooOld)?;
        let first = request.after.map_or_else(
            || Bound::Included(Key::new(request.selection.namespace.as_deref(), "")),
            |key| Bound::Excluded(key.clone()),
        );
        let range = (first, Bound::Unbounded);
        let untouched = self.collections[request.collection]
            .range(range.clone())
            .filter(|(key, _)| !undone.contains_key(key));
        let earlier = undone
            .range::<Key, _>((range.0.as_ref(), range.1.as_ref()))
            .filter_map(|(key, object)| Some((*key, (*object)?)));
        let namespace = request.selection.namespace.as_deref();
        let mut fitting = merge(untouched, earlier)
            .take_while(|object| namespace.is_none_or(|n| object.key().namespace == n))
            .filter(|object| request.selection.matches(object));
        let limit = if request.limit == 0 { usize::MAX } else { request.limit };
        let items = fitting.by_ref().take(limit).cloned().collect();
        Ok(Page { items, revision, remaining: fitting.count() })
    }

    /// The state at a revision of each object that has changed since.
    fn changed_since(
        &self,
        collection: usize,
        revision: u64,
    ) -> Result<BTreeMap<&Key, Option<&Arc<Object>>>, TooOld> {
        let mut earlier = BTreeMap::new();
        for event in self.history.after(revision)?.filter(|e| e.collection == collection) {
            let before = event.before.as_ref();
            if let Some(object) = before.or(event.after.as_ref()) {
                // The first change since tells what was there before them all.
                earlier.entry(object.key()).or_insert(before);
            }
        }
        Ok(earlier)
    }
}

/// Two sequences in the order of their keys, as one.
fn merge<'a>(
    left: impl Iterator<Item = (&'a Key, &'a Arc<Object>)>,
    right: impl Iterator<Item = (&'a Key, &'a Arc<Object>)>,
) -> impl Iterator<Item = &'a Arc<Object>> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || {
        let from_left = match (left.peek(), right.peek()) {
            (Some((l, _)), Some((r, _))) => l < r,
            (l, _) => l.is_some(),
        };
        let next = if from_left { left.next() } else { right.next() };
        next.map(|(_, object)| object)
    })
}
