//! Subscriptions to a part of a store.

use std::collections::HashMap;
use std::sync::Arc;

use crate::entry::Entry;
use crate::slots::{Difference, State};

/// Returns the objects in some places.
pub(super) fn entries<V>(state: &State<V>, slots: &[u32]) -> Vec<Arc<Entry<V>>> {
    slots.iter().filter_map(|slot| state.get(*slot).cloned()).collect()
}

/// Returns the differences between what is known and what there is, deletions first.
pub(super) fn differences<V>(
    known: &HashMap<u64, Arc<Entry<V>>>,
    members: Vec<Arc<Entry<V>>>,
) -> Vec<Difference<V>> {
    let present: HashMap<_, _> = members.into_iter().map(|entry| (entry.id, entry)).collect();
    let gone = known.iter().filter(|(id, _)| !present.contains_key(id));
    let mut differences: Vec<_> =
        gone.map(|(_, before)| (Some(Arc::clone(before)), None)).collect();
    for (id, after) in present {
        let before = known.get(&id);
        if before.is_none_or(|before| !Arc::ptr_eq(before, &after)) {
            differences.push((before.cloned(), Some(after)));
        }
    }
    differences
}
