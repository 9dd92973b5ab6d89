//! Pages of a list, at the current or at an earlier revision.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::history::TooOld;
use super::object::{Key, Object};
use super::selection::Selection;
use super::state::State;

/// The parameters of a page.
pub(crate) struct PageRequest<'a> {
    pub(crate) collection: usize,
    pub(crate) selection: &'a Selection,
    /// The revision to list; `None` for the current one.
    pub(crate) revision: Option<u64>,
    /// The key after which the page starts.
    pub(crate) after: Option<&'a Key>,
    /// The maximum number of objects; 0 for no limit.
    pub(crate) limit: usize,
}

/// A page of objects, sorted by key.
pub(crate) struct Page {
    pub(crate) items: Vec<Arc<Object>>,
    /// The revision of the list.
    pub(crate) revision: u64,
    /// The number of matching objects after the page.
    pub(crate) remaining: usize,
}

/// The reason why a page cannot be listed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PageError {
    /// The revision was compacted.
    TooOld,
    /// The revision is in the future.
    TooNew { current: u64 },
}

impl State {
    pub(crate) fn page(&self, request: &PageRequest<'_>) -> Result<Page, PageError> {
        let current = self.now(request.collection).revision;
        let revision = request.revision.unwrap_or(current);
        if revision > current {
            return Err(PageError::TooNew { current });
        }
        let earlier =
            self.changed_since(request.collection, revision).map_err(|_| PageError::TooOld)?;
        let first = request.after.map_or_else(
            || Bound::Included(Key::new(request.selection.namespace.as_deref(), "")),
            |key| Bound::Excluded(key.clone()),
        );
        let range = (first, Bound::Unbounded);
        let unchanged = self.collections[request.collection]
            .range(range.clone())
            .filter(|(key, _)| !earlier.contains_key(key));
        let changed = earlier
            .range::<Key, _>((range.0.as_ref(), range.1.as_ref()))
            .filter_map(|(key, object)| Some((*key, (*object)?)));
        let namespace = request.selection.namespace.as_deref();
        let mut matching = merge(unchanged, changed)
            .take_while(|object| namespace.is_none_or(|n| object.key().namespace == n))
            .filter(|object| request.selection.matches(object));
        let limit = if request.limit == 0 { usize::MAX } else { request.limit };
        let items = matching.by_ref().take(limit).cloned().collect();
        Ok(Page { items, revision, remaining: matching.count() })
    }

    /// Returns the state at a revision of each object that has changed since.
    fn changed_since(
        &self,
        collection: usize,
        revision: u64,
    ) -> Result<BTreeMap<&Key, Option<&Arc<Object>>>, TooOld> {
        let mut earlier = BTreeMap::new();
        let events = self.timeline(collection).after(revision)?;
        for event in events.filter(|event| event.collection == collection) {
            let before = event.before.as_ref();
            if let Some(object) = before.or(event.after.as_ref()) {
                // The first change has the state before all of them.
                earlier.entry(object.key()).or_insert(before);
            }
        }
        Ok(earlier)
    }
}

/// Merges two sequences that are sorted by key.
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
