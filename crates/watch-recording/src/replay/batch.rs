//! What a list found out: changes without an order, of which deletions have no version.
//!
//! A recorder that lists again after a gap sees what has changed by then, sorted by name. The objects have
//! versions, by which they are put in order. That of a deletion is unknown, but it was one between the last
//! version before the gap and the list's, and none of another object: so it is given one that is free.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use watch_runtime::EventType;

use super::change::What;
use super::head::{Head, Key};

/// The changes of one list, in the order in which they were recorded.
#[derive(Debug, Default)]
pub(super) struct Batch(Vec<Found>);

#[derive(Debug)]
struct Found {
    key: Key,
    /// `None` if the object is gone.
    state: Option<(u64, EventType, Bytes)>,
}

impl Batch {
    pub(super) fn push(&mut self, etype: EventType, head: Head, object: Bytes) {
        let state = (etype != EventType::Deleted).then_some((head.version, etype, object));
        self.0.push(Found { key: head.key, state });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the least version of an object.
    pub(super) fn least_version(&self) -> Option<u64> {
        self.0.iter().filter_map(|found| found.state.as_ref()).map(|(version, ..)| *version).min()
    }

    /// Returns the objects that exist after all changes.
    pub(super) fn into_objects(self) -> impl Iterator<Item = Bytes> {
        let last: BTreeMap<_, _> =
            self.0.into_iter().map(|found| (found.key, found.state)).collect();
        last.into_values().flatten().map(|(_, _, object)| object)
    }

    /// Returns the changes by version. They happened after `floor`, and not after `limit`, if it is known.
    pub(super) fn into_changes(self, floor: u64, limit: Option<u64>) -> Vec<(u64, What)> {
        let versions = || self.0.iter().filter_map(|found| Some(found.state.as_ref()?.0));
        let mut used: BTreeSet<u64> = versions().collect();
        let gone = self.0.iter().filter(|found| found.state.is_none()).count();
        let limit = limit.unwrap_or_else(|| {
            let known = versions().max().unwrap_or(floor).max(floor);
            known.saturating_add(u64::try_from(gone).unwrap_or(u64::MAX))
        });
        let mut recreated = BTreeMap::<Key, u64>::new();
        let mut changes = Vec::with_capacity(self.0.len());
        // From the end, so that it is known when an object that is gone was created again.
        for Found { key, state } in self.0.into_iter().rev() {
            if let Some((version, etype, object)) = state {
                recreated.insert(key.clone(), version);
                changes.push((version, What::Put { etype, key, object }));
            } else {
                let last = recreated.get(&key).map_or(limit, |version| version.saturating_sub(1));
                let version = free(&used, floor, last).unwrap_or(last);
                used.insert(version);
                changes.push((version, What::DeleteNamed { key }));
            }
        }
        changes.reverse();
        changes.sort_by_key(|(version, _)| *version);
        changes
    }
}

/// Returns the greatest version up to `last` and after `floor` that is not used.
fn free(used: &BTreeSet<u64>, floor: u64, last: u64) -> Option<u64> {
    let mut free = last;
    for version in used.range(..=last).rev() {
        if *version < free {
            break;
        }
        free = free.checked_sub(1)?;
    }
    (free > floor).then_some(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(found: &[(EventType, &str, u64)]) -> Batch {
        let mut batch = Batch::default();
        for (etype, name, version) in found {
            let key = Key { namespace: None, name: (*name).to_owned() };
            let head = Head { key, version: *version };
            batch.push(*etype, head, format!("{name}@{version}").into());
        }
        batch
    }

    fn changes(batch: Batch, floor: u64, limit: Option<u64>) -> Vec<(u64, String)> {
        let name = |what| match what {
            What::Put { key, .. } => key.name,
            What::DeleteNamed { key } => format!("-{}", key.name),
            other => panic!("{other:?}"),
        };
        batch.into_changes(floor, limit).into_iter().map(|(at, what)| (at, name(what))).collect()
    }

    fn expected(all: &[(u64, &str)]) -> Vec<(u64, String)> {
        all.iter().map(|(version, name)| (*version, (*name).to_owned())).collect()
    }

    use EventType::{Added, Deleted, Modified};

    #[test]
    fn objects_are_sorted_by_version_and_deletions_get_free_ones() {
        let found = [
            (Modified, "a", 120),
            (Added, "b", 110),
            (Deleted, "c", 7),
            (Deleted, "d", 9),
            (Modified, "e", 119),
        ];
        let all = expected(&[(110, "b"), (117, "-d"), (118, "-c"), (119, "e"), (120, "a")]);
        let sorted = changes(batch(&found), 100, Some(120));
        assert_eq!(sorted.len(), all.len());
        for change in [(110, "b"), (119, "e"), (120, "a")] {
            assert!(sorted.contains(&(change.0, change.1.to_owned())), "{sorted:?}");
        }
        let deleted: BTreeSet<_> = sorted.iter().filter(|c| c.1.starts_with('-')).collect();
        let versions: Vec<_> = deleted.iter().map(|change| change.0).collect();
        assert!(versions.iter().all(|v| [117, 118].contains(v)), "{sorted:?}");
        assert!(sorted.is_sorted_by(|a, b| a.0 < b.0), "{sorted:?}");
    }

    #[test]
    fn deletion_comes_before_the_object_is_created_again() {
        let found = [(Deleted, "a", 50), (Added, "a", 105), (Modified, "b", 104)];
        assert_eq!(
            changes(batch(&found), 100, Some(200)),
            expected(&[(103, "-a"), (104, "b"), (105, "a")])
        );
    }

    #[test]
    fn without_a_limit_deletions_follow_what_is_known() {
        let found = [(Deleted, "a", 50), (Added, "b", 105), (Deleted, "c", 51)];
        let sorted = changes(batch(&found), 100, None);
        assert_eq!(sorted[0], (105, "b".to_owned()));
        assert_eq!((sorted[1].0, sorted[2].0), (106, 107));
        assert_eq!(changes(batch(&[(Deleted, "a", 50)]), 100, None), expected(&[(101, "-a")]));
    }

    #[test]
    fn deletion_without_a_free_version_is_not_lost() {
        let found = [(Added, "b", 101), (Deleted, "a", 50)];
        let sorted = changes(batch(&found), 100, Some(101));
        assert_eq!(sorted.iter().map(|change| change.0).collect::<Vec<_>>(), [101, 101]);
    }

    #[test]
    fn objects_after_all_changes_are_the_last_states() {
        let found = [(Added, "a", 1), (Added, "b", 2), (Deleted, "a", 1), (Modified, "b", 3)];
        let objects: Vec<_> = batch(&found).into_objects().collect();
        assert_eq!(objects, ["b@3"]);
    }
}
