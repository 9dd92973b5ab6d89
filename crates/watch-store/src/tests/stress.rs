//! Eight threads that write, read, subscribe and add indexes at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use futures::FutureExt as _;

use super::world::{SOURCES, Thing, Things, World, store};
use crate::feeder::Feeder;
use crate::store::Store;
use crate::subscription::Subscription;

const STEPS: usize = 4000;

/// Takes what there is, and checks that each change follows the one before.
fn drain(subscription: &mut Subscription<Thing>, known: &mut Things) {
    while let Some(change) = subscription.next().now_or_never() {
        let change = change.expect("the store goes on");
        let id = change.object().id.clone();
        let before = match &change.after {
            Some(after) => known.insert(id, Arc::clone(after)),
            None => known.remove(&id),
        };
        assert_eq!(before, change.before);
    }
}

fn read(store: &Store<Thing>) {
    for name in 0..6 {
        let name = format!("web-{name}");
        for thing in store.get_all("shop", &name) {
            assert_eq!((&*thing.id.1, &*thing.id.2), ("shop", &*name));
        }
    }
    let selected = store.select("app=web").unwrap();
    let web = ("app".to_owned(), "web".to_owned());
    assert!(selected.iter().all(|thing| thing.labels.contains(&web)));
    let snapshot = store.snapshot();
    assert_eq!(snapshot.iter().count(), snapshot.len());
}

#[test]
fn eight_threads_see_one_consistent_store() {
    let store = store();
    let is_done = AtomicBool::new(false);
    let writers_left = AtomicU64::new(SOURCES as u64);
    let rounds = AtomicU64::new(0);
    let nodes = store.index(|thing: &Thing| thing.nodes.clone());
    let worlds = thread::scope(|scope| {
        let until_done = |mut work: Box<dyn FnMut() + Send>| {
            while !is_done.load(Ordering::Acquire) {
                work();
                rounds.fetch_add(1, Ordering::Relaxed);
            }
            work();
        };
        let writers: Vec<_> = (0..SOURCES)
            .map(|source| {
                let (store, is_done, writers_left) = (store.clone(), &is_done, &writers_left);
                scope.spawn(move || {
                    let mut world = World::new(source as u64);
                    let mut feeder = Feeder::new(store.shared(), source);
                    for _ in 0..STEPS {
                        world.step(source, &mut feeder);
                    }
                    if writers_left.fetch_sub(1, Ordering::AcqRel) == 1 {
                        is_done.store(true, Ordering::Release);
                    }
                    world
                })
            })
            .collect();
        for _ in 0..2 {
            let store = store.clone();
            scope.spawn(move || until_done(Box::new(move || read(&store))));
        }
        for subscription in [store.subscribe().capacity(8), store.subscribe().coalesced()] {
            let (mut subscription, mut known, store) = (subscription, Things::new(), store.clone());
            let is_done = &is_done;
            scope.spawn(move || {
                while !is_done.load(Ordering::Acquire) {
                    drain(&mut subscription, &mut known);
                }
                drain(&mut subscription, &mut known);
                let there: Things = store.iter().map(|thing| (thing.id.clone(), thing)).collect();
                assert_eq!(known, there);
            });
        }
        // Late subscribers that leave again, and indexes that come and go.
        let (late, indexed, kept) = (store.clone(), store.clone(), nodes.clone());
        scope.spawn(move || {
            until_done(Box::new(move || {
                let mut known = Things::new();
                drain(&mut late.subscribe_index(&kept, 1u8), &mut known);
                assert!(known.values().all(|thing| thing.nodes.contains(&1)));
            }));
        });
        scope.spawn(move || {
            until_done(Box::new(move || {
                let by_owner = indexed.index(|thing: &Thing| Some(thing.owner.clone()));
                let owned = by_owner.get("owner-1");
                assert!(owned.iter().all(|thing| thing.owner == "owner-1"));
            }));
        });
        writers.into_iter().map(|writer| writer.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert!(rounds.load(Ordering::Relaxed) > 0);
    let there: Things = worlds.into_iter().flat_map(|world| world.things).collect();
    let stored: Things = store.iter().map(|thing| (thing.id.clone(), thing)).collect();
    assert_eq!(stored, there);
    for node in 0..4 {
        let on_node = there.values().filter(|thing| thing.nodes.contains(&node)).count();
        assert_eq!(nodes.get(&node).len(), on_node);
    }
}

/// It may have captured an index of the same store, which takes the lock when it is dropped.
#[test]
fn removed_function_is_dropped_without_the_lock() {
    let store = store();
    let (mut world, mut feeder) = (World::new(1), Feeder::new(store.shared(), 0));
    let inner = store.index(|thing: &Thing| thing.nodes.clone());
    let outer = store.index(move |thing: &Thing| {
        let _captured = &inner;
        Some(thing.version)
    });
    for _ in 0..20 {
        world.step(0, &mut feeder);
    }
    drop(outer);
    let (done, wait) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for _ in 0..20 {
            world.step(0, &mut feeder);
        }
        done.send(()).unwrap();
    });
    wait.recv_timeout(std::time::Duration::from_secs(30)).expect("it waits for itself");
}
