//! For random histories and subscribers: what a store says is what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::FutureExt as _;
use watch_protocol::uid::Uid;

use super::world::{Event, Id, SOURCES, Thing, Things, World, store};
use crate::by_index::Index;
use crate::change::{Change, ChangeOrigin};
use crate::feeder::Feeder;
use crate::store::Store;
use crate::subscription::Subscription;

/// What a subscriber has subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    All,
    /// The objects of one name.
    Name,
    /// Those on a node.
    Node(u8),
}

impl Part {
    fn has(self, thing: &Thing) -> bool {
        match self {
            Self::All => true,
            Self::Name => thing.id.1 == "shop" && thing.id.2 == "web-1",
            Self::Node(node) => thing.nodes.contains(&node),
        }
    }
}

/// A subscriber, and what it has learned.
struct Subscriber {
    subscription: Subscription<Thing>,
    part: Part,
    is_coalesced: bool,
    known: Things,
    /// How much had happened when it subscribed, and what it was told since.
    since: usize,
    told: Vec<Event>,
}

impl Subscriber {
    fn new(world: &mut World, store: &Store<Thing>, nodes: &Index<Thing, u8>) -> Self {
        let part = [Part::All, Part::Name, Part::Node(world.rng.u8(..4))][world.rng.usize(..3)];
        let subscription = match part {
            Part::All => store.subscribe(),
            Part::Name => store.subscribe_to(("shop", "web-1")),
            Part::Node(node) => store.subscribe_index(nodes, node),
        };
        let is_coalesced = world.rng.u8(..3) == 0;
        let subscription = if is_coalesced {
            subscription.coalesced()
        } else {
            subscription.capacity([1, 4, 10_000][world.rng.usize(..3)])
        };
        let since = world.history.len();
        Self { subscription, part, is_coalesced, known: Things::new(), since, told: Vec::new() }
    }

    /// Takes the next change, if there is one.
    fn take(&mut self) -> bool {
        let Some(change) = self.subscription.next().now_or_never() else { return false };
        self.learn(change.expect("the store goes on"));
        true
    }

    fn learn(&mut self, change: Change<Thing>) {
        let Change { before, after, origin, .. } = change;
        let thing = after.as_ref().or(before.as_ref()).expect("one side");
        assert_eq!(change.source.as_str(), thing.id.0.to_string());
        assert_eq!(change.key.parts(), (thing.id.1.as_str(), thing.id.2.as_str()));
        let id = thing.id.clone();
        let known = match &after {
            Some(after) => {
                assert!(self.part.has(after), "{after:?} is not in {:?}", self.part);
                self.known.insert(id, Arc::clone(after))
            }
            None => self.known.remove(&id),
        };
        assert!(
            same(known.as_ref(), before.as_ref()),
            "{:?}: {known:?}, not {before:?}",
            self.part
        );
        assert!(
            !same(before.as_ref(), after.as_ref()),
            "a change that changes nothing: {before:?}"
        );
        if origin == ChangeOrigin::Snapshot {
            assert!(before.is_none());
        } else {
            self.told.push((before, after));
        }
    }

    /// The world stands still, and everything was taken.
    fn check(&self, world: &World) {
        let there: Things = world
            .things
            .iter()
            .filter(|(_, thing)| self.part.has(thing))
            .map(|(id, thing)| (id.clone(), Arc::clone(thing)))
            .collect();
        assert_eq!(self.known, there, "{:?}", self.part);
        if self.subscription.missed() > 0 || self.is_coalesced {
            return;
        }
        // Each transition once, in order.
        let seen = |(before, after): &Event| -> Option<Event> {
            let part = |side: &Option<Arc<Thing>>| side.clone().filter(|t| self.part.has(t));
            let event = (part(before), part(after));
            (event != (None, None)).then_some(event)
        };
        let happened: Vec<_> = world.history[self.since..].iter().filter_map(seen).collect();
        assert_eq!(self.told, happened, "{:?}", self.part);
    }
}

fn same(a: Option<&Arc<Thing>>, b: Option<&Arc<Thing>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

fn ids(things: impl IntoIterator<Item = Arc<Thing>>) -> BTreeSet<(Id, u64)> {
    things.into_iter().map(|thing| (thing.id.clone(), thing.version)).collect()
}

/// Look-ups and indexes equal a scan of what there is.
fn check_store(world: &World, store: &Store<Thing>, nodes: &Index<Thing, u8>) {
    let scan = |has: &dyn Fn(&Thing) -> bool| {
        ids(world.things.values().filter(|thing| has(thing)).cloned())
    };
    assert_eq!(ids(store.iter()), scan(&|_| true));
    assert_eq!(store.len(), world.things.len());
    assert_eq!(store.snapshot().iter().len(), world.things.len());
    for namespace in ["", "shop", "bank", "none"] {
        let found = store.in_namespace(namespace);
        assert_eq!(ids(found), scan(&|thing| thing.id.1 == namespace), "{namespace}");
        for name in ["web-0", "web-3", "none"] {
            let of_name = |thing: &Thing| (&*thing.id.1, &*thing.id.2) == (namespace, name);
            assert_eq!(ids(store.get_all(namespace, name)), scan(&of_name));
            let any = store.get(namespace, name);
            assert_eq!(any.is_some(), world.things.values().any(|thing| of_name(thing)));
            assert!(any.is_none_or(|any| world.things.get(&any.id) == Some(&any)));
            for source in 0..SOURCES {
                let from = store.get_from(&source.to_string(), namespace, name);
                let in_source = |t: &&Arc<Thing>| of_name(t) && t.id.0 == source;
                assert_eq!(from.is_some(), world.things.values().any(|t| in_source(&t)));
                assert!(from.is_none_or(|thing| thing.id.0 == source));
            }
        }
    }
    for owner in ["owner-0", "owner-2", "none"] {
        assert_eq!(ids(store.owned_by(owner)), scan(&|thing| thing.owner == owner));
    }
    for node in 0..5 {
        let on_node = scan(&|thing| thing.nodes.contains(&node));
        assert_eq!((nodes.count(&node), ids(nodes.get(&node))), (on_node.len(), on_node));
    }
    let all: BTreeSet<_> = world.things.values().flat_map(|thing| thing.nodes.clone()).collect();
    assert_eq!(nodes.keys().into_iter().collect::<BTreeSet<_>>(), all);
    let label = |thing: &Thing, key: &str| {
        thing.labels.iter().find(|(k, _)| k == key).map(|(_, value)| value.clone())
    };
    let web = |thing: &Thing| label(thing, "app").as_deref() == Some("web");
    let front = |thing: &Thing| label(thing, "tier").as_deref() == Some("db");
    let selected = store.select("app=web,tier!=db").unwrap();
    assert_eq!(ids(selected), scan(&|thing| web(thing) && !front(thing)));
    let selected = store.select("!app").unwrap();
    assert_eq!(ids(selected), scan(&|thing| label(thing, "app").is_none()));
}

fn run(seed: u64) -> BTreeMap<&'static str, u64> {
    let mut world = World::new(seed);
    let store = store();
    let mut feeders: Vec<_> = (0..SOURCES).map(|s| Feeder::new(store.shared(), s)).collect();
    let nodes = |store: &Store<Thing>| store.index(|thing: &Thing| thing.nodes.clone());
    let mut index = nodes(&store);
    let mut subscribers = Vec::<Subscriber>::new();
    let mut counts = BTreeMap::new();
    let mut count = |what, n: u64| *counts.entry(what).or_insert(0) += n;
    for _ in 0..600 {
        match world.rng.u8(..32) {
            0 if subscribers.len() < 8 => {
                subscribers.push(Subscriber::new(&mut world, &store, &index));
            }
            1 if !subscribers.is_empty() => {
                let leaving = world.rng.usize(..subscribers.len());
                subscribers.swap_remove(leaving);
            }
            // The earlier one stays for as long as someone is subscribed to it.
            2 => index = nodes(&store),
            3..=9 if !subscribers.is_empty() => {
                let one = world.rng.usize(..subscribers.len());
                subscribers[one].take();
            }
            10 => {
                for subscriber in &mut subscribers {
                    while subscriber.take() {}
                    subscriber.check(&world);
                    count("checks", 1);
                    count("missed", subscriber.subscription.missed());
                    count("told", subscriber.told.len() as u64);
                }
                check_store(&world, &store, &index);
            }
            _ => {
                let source = world.rng.usize(..SOURCES);
                world.step(source, &mut feeders[source]);
            }
        }
    }
    // Nothing is left of what was deleted.
    for (id, thing) in std::mem::take(&mut world.things) {
        let uid = Uid::of(&id.3);
        feeders[thing.id.0].remove((&id.1, &id.2), &uid, ChangeOrigin::Live);
    }
    check_store(&world, &store, &index);
    let tables = store.shared().read();
    assert_eq!((tables.namespaces.iter().count(), tables.owners.iter().count()), (0, 0));
    assert!(tables.labels.is_empty() && tables.is_empty());
    drop(tables);
    counts
}

#[test]
fn state_and_changes_equal_what_happened_for_every_subscriber() {
    let mut all = BTreeMap::new();
    for seed in 0..60 {
        for (what, n) in run(seed) {
            *all.entry(what).or_insert(0) += n;
        }
    }
    // So that the test cannot pass because nothing happened.
    assert!(all["checks"] > 1000 && all["missed"] > 1000 && all["told"] > 10_000, "{all:?}");
}
