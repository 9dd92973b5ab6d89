//! How many places and sets of labels a look-up visits: those that it finds, and not those of the whole store.

use std::cell::Cell;
use std::sync::Arc;

use super::world::{Thing, received, store};
use crate::change::ChangeOrigin;
use crate::feeder::Feeder;
use crate::store::Store;

thread_local! {
    static VISITS: Cell<usize> = const { Cell::new(0) };
}

/// Called by what the store visits on behalf of a look-up.
pub(crate) fn count() {
    VISITS.set(VISITS.get() + 1);
}

const OBJECTS: usize = 2_000;
/// Every so many objects have the label, the owner, the node and the namespace that are looked for.
const EVERY: usize = 100;
const FOUND: usize = OBJECTS / EVERY;

/// Returns a store of objects whose labels all differ, so that there are as many sets of labels as objects.
fn filled() -> Store<Thing> {
    let store = store();
    let mut feeder = Feeder::new(store.shared(), 0);
    for number in 0..OBJECTS {
        let is_one = number % EVERY == 0;
        let pick = |one: &str, other: &str| if is_one { one } else { other }.to_owned();
        let (namespace, name) = (pick("shop", "bank"), format!("web-{number}"));
        let tier = if number % (2 * EVERY) == 0 { "front" } else { "back" };
        let labels = [("app", pick("web", "db")), ("name", name.clone()), ("tier", tier.into())];
        let thing = Thing {
            id: (0, namespace, name, format!("uid-{number}")),
            version: 1,
            labels: labels.map(|(key, value)| (key.to_owned(), value)).into(),
            owner: pick("owner", "another"),
            nodes: vec![u8::from(is_one)],
        };
        feeder.put(received(&Arc::new(thing), ChangeOrigin::Initial));
    }
    store
}

/// Returns how many objects a look-up finds, and how many places and sets it visits.
fn visits(look_up: impl FnOnce() -> usize) -> (usize, usize) {
    VISITS.set(0);
    let found = look_up();
    (found, VISITS.get())
}

#[test]
fn look_ups_by_index_visit_what_they_find_and_not_the_store() {
    let store = filled();
    let nodes = store.index(|thing: &Thing| thing.nodes.clone());
    let select = |selector: &str| visits(|| store.select(selector).unwrap().len());
    // Each set with the label, and the object of each that is selected.
    assert_eq!(select("app=web,tier!=front"), (FOUND / 2, FOUND + FOUND / 2));
    // In any order, the requirement that leaves the fewest sets is the one that is looked up.
    assert_eq!(select("tier in (front, back),app in (web)"), (FOUND, 2 * FOUND));
    assert_eq!(select("app=web,name=web-100"), (1, 2));
    assert_eq!(select("app=none,tier!=front"), (0, 0));
    assert_eq!(visits(|| store.in_namespace("shop").len()), (FOUND, FOUND));
    assert_eq!(visits(|| store.owned_by("owner").len()), (FOUND, FOUND));
    assert_eq!(visits(|| nodes.get(&1).len()), (FOUND, FOUND));
    assert_eq!(visits(|| nodes.count(&1)), (FOUND, 0));
    for nothing in [store.in_namespace("none"), store.owned_by("none"), nodes.get(&9)] {
        assert!(nothing.is_empty());
    }

    // What no index answers shows that scans are counted.
    let (found, visited) = select("tier!=front");
    assert_eq!((found, visited), (OBJECTS - FOUND / 2, OBJECTS + OBJECTS - FOUND / 2));
    assert!(visits(|| store.iter().count()).1 >= OBJECTS);
}
