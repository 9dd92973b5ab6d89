//! When a subscriber has received the first state: neither before, nor much later.

use std::sync::Arc;

use futures::FutureExt as _;

use super::world::{SOURCES, Thing, received, store};
use crate::change::ChangeOrigin;
use crate::feeder::Feeder;
use crate::store::Store;
use crate::subscription::Subscription;

fn put(feeder: &mut Feeder<Thing>, name: &str, version: u64) {
    let id = (0, "shop".to_owned(), name.to_owned(), format!("uid-{name}"));
    let (labels, owner, nodes) = (Vec::new(), String::new(), Vec::new());
    let thing = Thing { id, version, labels, owner, nodes };
    feeder.put(received(&Arc::new(thing), ChangeOrigin::Live));
}

fn become_ready(store: &Store<Thing>) {
    (0..SOURCES).for_each(|source| store.shared().advance(source, true, Some("1")));
    assert!(store.is_ready());
}

/// Returns the name and the version of the next change, and whether the subscriber was ready when it came.
fn next(changes: &mut Subscription<Thing>) -> (String, u64, bool) {
    let change = changes.next().now_or_never().flatten().expect("a change waits");
    let thing = change.after.unwrap();
    (thing.id.2.clone(), thing.version, changes.is_ready())
}

#[test]
fn first_state_is_received_although_changes_never_cease() {
    let store = store();
    let mut feeder = Feeder::new(store.shared(), 0);
    let mut changes = store.subscribe().coalesced();
    for name in ["a", "b", "c"] {
        put(&mut feeder, name, 1);
    }
    become_ready(&store);
    // `b` is of the first state, and keeps its place.
    put(&mut feeder, "b", 2);
    for (name, version) in [("a", 1), ("b", 2), ("c", 1)] {
        put(&mut feeder, &format!("later-{name}"), 1);
        assert_eq!(next(&mut changes), (name.to_owned(), version, false));
    }
    assert_eq!(next(&mut changes), ("later-a".to_owned(), 1, true));
}

#[test]
fn newer_version_takes_its_place_in_the_first_state() {
    let store = store();
    let mut feeder = Feeder::new(store.shared(), 0);
    for name in ["a", "b", "c"] {
        put(&mut feeder, name, 1);
    }
    become_ready(&store);
    let mut changes = store.subscribe().coalesced();
    put(&mut feeder, "d", 1);
    put(&mut feeder, "b", 2);
    assert_eq!(next(&mut changes), ("a".to_owned(), 1, false));
    put(&mut feeder, "b", 3);
    put(&mut feeder, "a", 2);
    assert_eq!(next(&mut changes), ("b".to_owned(), 3, false));
    assert_eq!(next(&mut changes), ("c".to_owned(), 1, false));
    assert_eq!(next(&mut changes), ("d".to_owned(), 1, true));
    assert_eq!(next(&mut changes), ("a".to_owned(), 2, true));
    assert!(changes.next().now_or_never().is_none());
}

#[test]
fn readiness_takes_no_room_from_changes() {
    let store = store();
    let mut feeder = Feeder::new(store.shared(), 0);
    let mut changes = store.subscribe().capacity(2);
    put(&mut feeder, "a", 1);
    become_ready(&store);
    put(&mut feeder, "b", 1);
    assert_eq!(next(&mut changes), ("a".to_owned(), 1, false));
    assert_eq!(next(&mut changes), ("b".to_owned(), 1, true));
    assert_eq!(changes.missed(), 0);

    let mut slow = store.subscribe().capacity(1);
    assert_eq!(next(&mut slow).1 + next(&mut slow).1, 2);
    assert!(!slow.is_ready());
    for version in 2..4 {
        put(&mut feeder, "a", version);
    }
    assert_eq!(next(&mut slow), ("a".to_owned(), 2, true));
    assert_eq!(next(&mut slow), ("a".to_owned(), 3, true));
    assert_eq!(slow.missed(), 1);
}
