//! What there is on two pretended servers, and a store that is told of it.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use tokio::sync::watch;
use watch_protocol::machine::Delivery;
use watch_protocol::uid::Uid;
use watch_runtime::{EventSource, RawEvents, WatchStatus};
use watchable_core::{ResourceInfo, Scope, json};

use crate::change::ChangeOrigin;
use crate::encoded::Encoded;
use crate::entry::Value;
use crate::facts::Facts;
use crate::feeder::{Feeder, Received};
use crate::keeper::{Keeper, Kept};
use crate::key::ObjectKey;
use crate::shared::Shared;
use crate::source::Source;
use crate::store::Store;

pub(super) const SOURCES: usize = 2;

/// A version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thing {
    pub(super) id: Id,
    pub(super) version: u64,
    pub(super) labels: Vec<(String, String)>,
    pub(super) owner: String,
    pub(super) nodes: Vec<u8>,
}

/// Source, namespace, name and uid.
pub(super) type Id = (usize, String, String, String);

/// The objects that there are.
pub(super) type Things = BTreeMap<Id, Arc<Thing>>;

/// What happened: an object before and after.
pub(super) type Event = (Option<Arc<Thing>>, Option<Arc<Thing>>);

/// Makes random changes, in one source or all.
pub(super) struct World {
    pub(super) rng: fastrand::Rng,
    pub(super) things: Things,
    pub(super) history: Vec<Event>,
    next: u64,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let rng = fastrand::Rng::with_seed(seed);
        Self { rng, things: Things::new(), history: Vec::new(), next: 0 }
    }

    /// Creates, changes or deletes an object of a source, and tells its feeder, sometimes twice.
    pub(super) fn step(&mut self, source: usize, feeder: &mut Feeder<Thing>) {
        self.next += 1;
        let rng = &mut self.rng;
        let namespace = ["", "shop", "bank"][rng.usize(..3)].to_owned();
        let name = format!("web-{}", rng.u8(..6));
        // Mostly one object of a name at a time, as a server has it; sometimes another one beside it.
        let uid = if rng.u8(..8) == 0 { "other".to_owned() } else { format!("u{}", rng.u8(..2)) };
        let id = (source, namespace, name, uid);
        let origin = [ChangeOrigin::Live, ChangeOrigin::Repair][rng.usize(..2)];
        if rng.u8(..3) == 0 {
            let before = self.things.remove(&id);
            if before.is_some() {
                self.history.push((before, None));
            }
            for _ in 0..=rng.u8(..2) {
                feeder.remove((&id.1, &id.2), &Uid::of(&id.3), origin);
            }
            return;
        }
        let mut labels = Vec::new();
        for key in ["app", "tier"] {
            if rng.bool() {
                labels.push((key.to_owned(), ["web", "db", ""][rng.usize(..3)].to_owned()));
            }
        }
        let owner = format!("owner-{}", rng.u8(..3));
        let nodes = (0..rng.usize(..3)).map(|_| rng.u8(..4)).collect();
        let thing = Thing { id: id.clone(), version: self.next, labels, owner, nodes };
        let thing = Arc::new(thing);
        let before = self.things.insert(id, Arc::clone(&thing));
        self.history.push((before, Some(Arc::clone(&thing))));
        feeder.put(received(&thing, origin));
    }
}

pub(super) fn received(thing: &Arc<Thing>, origin: ChangeOrigin) -> Received<Thing> {
    let facts = Facts { labels: thing.labels.clone(), owners: vec![Uid::of(&thing.owner)] };
    let kept = Kept { whole: Arc::clone(thing), value: Value::Whole(Arc::clone(thing)) };
    let (_, namespace, name, uid) = &thing.id;
    Received { key: ObjectKey::new(namespace, name), uid: Uid::of(uid), facts, kept, origin }
}

/// Returns a store of two sources, which nothing feeds yet.
pub(super) fn store() -> Store<Thing> {
    let sources = (0..SOURCES).map(|source| {
        let name = EventSource::named(&source.to_string());
        (name, Box::new(Silent { resource: resource() }) as Box<dyn Source>)
    });
    Store::unfed(Shared::new(Box::new(Nothing(PhantomData)), sources.collect()))
}

fn resource() -> ResourceInfo {
    ResourceInfo::new("", "v1", "Thing", "things", Scope::Namespaced)
}

struct Silent {
    resource: ResourceInfo,
}

impl Source for Silent {
    fn events(&self) -> Option<RawEvents> {
        None
    }

    fn resource(&self) -> &ResourceInfo {
        &self.resource
    }

    fn status(&self) -> watch::Receiver<WatchStatus> {
        watch::channel(WatchStatus::default()).1
    }
}

struct Nothing(PhantomData<fn() -> Thing>);

impl Keeper<Thing> for Nothing {
    fn keep(&self, _: &Delivery, _: &ResourceInfo) -> Result<Kept<Thing>, json::Error> {
        unreachable!("nothing is received")
    }

    fn open(&self, _: &Encoded, _: &ResourceInfo) -> Option<Arc<Thing>> {
        None
    }
}
