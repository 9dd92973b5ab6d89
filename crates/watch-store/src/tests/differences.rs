//! Random histories of random objects, in a decoded store and a compact one: both tell the same, and the patches of
//! each change give the object after it.

use std::collections::BTreeMap;

use bytes::Bytes;
use fastrand::Rng;
use futures::FutureExt as _;
use serde_json::{Value, json};
use watch_runtime::{EventType, Origin};
use watchable_core::{DynamicObject, ResourceInfo, Scope};

use crate::builder::StoreBuilder;
use crate::change::Change;
use crate::diff::tests::{check_patches_of, random};
use crate::store::Store;
use crate::subscription::Subscription;
use crate::writer::StoreWriter;

const STEPS: u64 = 150;
const NAMES: u8 = 6;

type Objects = BTreeMap<String, Value>;

/// Returns a change as text: what happened to which object, its versions, and the lines of the difference.
fn line_of(change: &Change<DynamicObject>) -> (String, [Option<String>; 2], String) {
    let side = |object: &Option<_>| object.as_deref().map_or(Value::Null, value);
    let (before, after) = (side(&change.before), side(&change.after));
    let diff = change.diff().unwrap();
    if let Err(failure) = check_patches_of(&diff, &before, &after) {
        panic!("{failure}\nbefore: {before}\nafter: {after}");
    }
    let version =
        |object: &Value| object["metadata"]["resourceVersion"].as_str().map(str::to_owned);
    let what = format!("{} {:?} {}", change.etype(), change.origin, change.key);
    (what, [version(&before), version(&after)], diff.to_string())
}

fn value(object: &DynamicObject) -> Value {
    serde_json::to_value(object).unwrap()
}

/// The same subscription to both stores.
struct Pair {
    decoded: Subscription<DynamicObject>,
    compact: Subscription<DynamicObject>,
    known: Objects,
}

impl Pair {
    fn new(stores: &[Store<DynamicObject>; 2], random: &mut Rng) -> Self {
        let how = random.u8(..3);
        let [decoded, compact] = stores.each_ref().map(|store| match how {
            0 => store.subscribe().coalesced(),
            1 => store.subscribe().capacity(1),
            _ => store.subscribe().capacity(10_000),
        });
        Self { decoded, compact, known: Objects::new() }
    }

    /// Takes the next change of each, if there is one.
    fn take(&mut self) -> Option<Change<DynamicObject>> {
        let decoded = self.decoded.next().now_or_never().flatten();
        let compact = self.compact.next().now_or_never().flatten();
        assert_eq!(decoded.as_ref().map(line_of), compact.as_ref().map(line_of));
        let change = decoded?;
        let id = change.object().uid().unwrap_or_default().to_owned();
        let before = match &change.after {
            Some(after) => self.known.insert(id, value(after)),
            None => self.known.remove(&id),
        };
        assert_eq!(before, change.before.as_deref().map(value));
        Some(change)
    }
}

/// Gives an object of the history its identity. Its other metadata stays as it is.
fn identified(mut object: Value, name: &str, uid: &str, version: u64) -> Value {
    if !object["metadata"].is_object() {
        object["metadata"] = json!({});
    }
    for (key, value) in [("namespace", "shop"), ("name", name), ("uid", uid)] {
        object["metadata"][key] = value.into();
    }
    object["metadata"]["resourceVersion"] = version.to_string().into();
    object["metadata"]["managedFields"] = json!([{"manager": "test"}]);
    object
}

/// Applies an event to both stores. Returns whether they took it: both, or neither.
fn apply(
    writers: &mut [StoreWriter<DynamicObject>; 2],
    etype: EventType,
    origin: Origin,
    object: &Value,
) -> bool {
    let bytes = Bytes::from(object.to_string());
    let [decoded, compact] = writers.each_mut().map(|w| w.apply(etype, origin, bytes.clone()));
    assert_eq!(
        decoded.as_ref().err().map(ToString::to_string),
        compact.err().map(|e| e.to_string())
    );
    decoded.is_ok()
}

/// Returns how many changes were delivered, and how many objects did not decode.
fn run(seed: u64) -> (usize, usize) {
    let mut random = Rng::with_seed(seed);
    let resource = ResourceInfo::new("", "v1", "Thing", "things", Scope::Namespaced);
    let builders = [false, true].map(|is_compact| {
        let builder = StoreBuilder::<DynamicObject>::new().written("", resource.clone());
        if is_compact { builder.compact() } else { builder }
    });
    let stores = builders.map(StoreBuilder::build);
    let mut writers = stores.each_ref().map(|store| store.writer("").unwrap());
    let mut there = Objects::new();
    let (mut pairs, mut count, mut rejected) = (Vec::<Pair>::new(), 0, 0);
    for version in 1..=STEPS {
        let name = format!("a-{}", random.u8(..NAMES));
        let origin = [Origin::Live, Origin::Repair][random.usize(..2)];
        match (there.get(&name), random.u8(..5)) {
            (Some(object), 0) => {
                assert!(apply(&mut writers, EventType::Deleted, origin, object));
                there.remove(&name);
            }
            (before, _) => {
                // One that is created again is another object.
                let uid = before.map_or_else(
                    || format!("uid-{version}"),
                    |before| before["metadata"]["uid"].as_str().unwrap().to_owned(),
                );
                let after = match before {
                    Some(before) if random.u8(..8) > 0 => random::mutate(before, &mut random),
                    _ => random::object(&mut random),
                };
                let after = identified(after, &name, &uid, version);
                if apply(&mut writers, EventType::Modified, origin, &after) {
                    there.insert(name, after);
                } else {
                    rejected += 1;
                }
            }
        }
        match random.u8(..12) {
            0 if pairs.len() < 4 => pairs.push(Pair::new(&stores, &mut random)),
            1..4 if !pairs.is_empty() => {
                let one = random.usize(..pairs.len());
                count += usize::from(pairs[one].take().is_some());
            }
            _ => {}
        }
    }
    // Quiet.
    for pair in &mut pairs {
        while pair.take().is_some() {
            count += 1;
        }
        assert_eq!(pair.known.len(), there.len());
        assert_eq!(pair.decoded.missed(), pair.compact.missed());
    }
    for (name, mut object) in there {
        object["metadata"].as_object_mut().unwrap().remove("managedFields");
        for store in &stores {
            let stored = value(&store.get("shop", &name).unwrap());
            // What the server leaves out, the store fills in.
            let mut expected = object.clone();
            for member in ["apiVersion", "kind"] {
                if expected[member].as_str().is_none_or(str::is_empty) {
                    expected[member] = stored[member].clone();
                }
            }
            assert_eq!(stored, expected, "seed {seed}");
        }
    }
    (count, rejected)
}

#[test]
fn decoded_and_compact_stores_tell_the_same_and_their_patches_give_the_new_object() {
    let (mut delivered, mut rejected) = (0, 0);
    for seed in 0..12 {
        let (more_delivered, more_rejected) = run(seed);
        delivered += more_delivered;
        rejected += more_rejected;
    }
    // So that the test cannot pass because nothing happened.
    assert!(
        delivered > 1_500 && rejected * 4 < delivered,
        "{delivered} delivered, {rejected} did not decode"
    );
}
