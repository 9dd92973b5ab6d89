//! Fifty watchers of twenty kinds, added and removed at random for a minute, while the server and the
//! network fail: what each was told last is what the server has.
//!
//! `SOAK_SECONDS` and `SOAK_SEED` choose another time and other acts.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use embedded_apiserver::{EmbeddedServer, Fault, Store};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior};
use watchables::rel_1_36::CATALOG;
use watchables::{
    Client, DynamicObject, EventType, MultiplexingWatcher, ResourceInfo, Scope, StreamOptions,
    WatchEvent, Watcher,
};
use watchables_tests::{client, server};

const KINDS: usize = 20;
const WATCHERS: usize = 50;
const NAMESPACES: [&str; 2] = ["default", "kube-system"];
/// Between two acts.
const PACE: Duration = Duration::from_millis(5);
/// Longer than any watcher waits before another try.
const SETTLES: Duration = Duration::from_secs(50);

fn setting<T: FromStr<Err: Display>>(name: &str, default: T) -> T {
    let Ok(text) = std::env::var(name) else { return default };
    text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}"))
}

fn kinds() -> Vec<ResourceInfo> {
    let kinds = CATALOG.iter().filter(|entry| {
        let can = |verb| entry.verbs.contains(&verb);
        entry.resource.scope() == Scope::Namespaced && can("watch") && can("create")
    });
    let kinds: Vec<_> = kinds.map(|entry| entry.resource.clone()).take(KINDS).collect();
    assert_eq!(kinds.len(), KINDS);
    kinds
}

/// What a watcher was told: of each object its name and version, by uid.
type State = BTreeMap<String, (String, u64)>;

/// A watcher's part, which it has again when it is added again.
struct Part {
    resource: ResourceInfo,
    namespace: Option<&'static str>,
    added: bool,
    told: State,
}

impl Part {
    fn watcher(&self, client: &Client) -> Watcher<DynamicObject> {
        let watcher = Watcher::for_resource(client.clone(), self.resource.clone());
        match self.namespace {
            Some(namespace) => watcher.namespace(namespace),
            None => watcher,
        }
    }

    fn take(&mut self, event: &WatchEvent<DynamicObject>) {
        let (obj, source) = (&event.obj, &event.source);
        let uid = obj.uid().expect("a uid").to_owned();
        let name = format!("{}/{}", obj.namespace().unwrap(), obj.name().unwrap());
        let version: u64 = obj.resource_version().unwrap().parse().unwrap();
        assert!(self.added, "{source}: {} {name} after it was removed", event.etype);
        let known = self.told.get(&uid);
        match event.etype {
            EventType::Added => assert!(known.is_none(), "{source}: {name} is ADDED twice"),
            EventType::Modified | EventType::Deleted => {
                let (_, before) = known.unwrap_or_else(|| panic!("{source}: {name} is not known"));
                assert!(version >= *before, "{source}: {name} went back to {version}");
            }
        }
        if event.etype == EventType::Deleted {
            self.told.remove(&uid);
        } else {
            self.told.insert(uid, (name, version));
        }
    }

    /// What the server has of it.
    fn truth(&self, store: &Store) -> State {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let objects =
            store.list(&self.resource).unwrap().into_iter().map(|o| o["metadata"].clone());
        let here = objects.filter(|meta| self.namespace.is_none_or(|ns| meta["namespace"] == ns));
        here.map(|meta| {
            let name = format!("{}/{}", text(&meta["namespace"]), text(&meta["name"]));
            (text(&meta["uid"]), (name, text(&meta["resourceVersion"]).parse().unwrap()))
        })
        .collect()
    }
}

/// Changes an object at random: there are few names, so that they come again.
fn change(store: &Store, kinds: &[ResourceInfo], rng: &mut fastrand::Rng) {
    let resource = &kinds[rng.usize(..kinds.len())];
    let (namespace, name) = (NAMESPACES[rng.usize(..2)], format!("o{}", rng.u8(..8)));
    let object = json!({
        "apiVersion": resource.api_version(),
        "kind": resource.kind(),
        "metadata": {"name": name, "namespace": namespace, "labels": {"turn": rng.u32(..).to_string()}},
    });
    if store.get(resource, Some(namespace), &name).is_err() {
        store.create(object).expect("an object is created");
    } else if rng.u8(..3) == 0 {
        store.delete(resource, Some(namespace), &name).expect("an object is deleted");
    } else {
        store.update(object).expect("an object is changed");
    }
}

fn inject(server: &EmbeddedServer, seed: u64) {
    let faults = [
        Fault::disconnect_after_bytes(700),
        Fault::disconnect_in_event(2, 30),
        Fault::gone_event(3),
        Fault::gone(),
        Fault::error_event(2, 500),
        Fault::disconnect(),
        Fault::delay(Duration::from_millis(30)),
        Fault::too_many_requests(1),
        Fault::internal_error(),
        Fault::unavailable(),
        Fault::compact(),
    ];
    for (n, fault) in (seed..).zip(faults) {
        server.faults().inject(fault.times(u64::MAX).chance(0.03, n));
    }
}

#[tokio::test]
async fn after_a_minute_of_faults_each_watcher_was_told_what_the_server_has() {
    let (seconds, seed) = (setting("SOAK_SECONDS", 60), setting("SOAK_SEED", 17));
    let mut rng = fastrand::Rng::with_seed(seed);
    let (server, kinds) = (server().await, kinds());
    let client = client(&server);
    inject(&server, seed);
    let mux = MultiplexingWatcher::<DynamicObject>::new().on_error(|_, _, _| true);
    let mut parts: HashMap<String, Part> = (0..WATCHERS)
        .map(|n| {
            let namespace = [None, Some(NAMESPACES[0]), Some(NAMESPACES[1])][n / KINDS];
            let resource = kinds[n % KINDS].clone();
            (format!("w{n:02}"), Part { resource, namespace, added: false, told: State::new() })
        })
        .collect();
    let mut names: Vec<_> = parts.keys().cloned().collect();
    names.sort_unstable();
    let (first, rest) = (names[0].clone(), &names[1..]);
    // One is always there, so that the stream goes on.
    let add = |name: &str, parts: &mut HashMap<String, Part>| {
        let part = parts.get_mut(name).unwrap();
        (part.added, part.told) = (true, State::new());
        mux.add_watcher_as(name, part.watcher(&client));
    };
    add(&first, &mut parts);
    let mut events = mux.stream(StreamOptions::managed());
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut seen, mut added, mut removed) = (0_u64, 0_u32, 0_u32);
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        tokio::select! {
            _ = pace.tick() => match rng.u32(..1000) {
                0..100 => {
                    let name = &rest[rng.usize(..rest.len())];
                    // Also in the place of one that is there.
                    if parts[name].added && rng.bool() {
                        assert!(mux.del_watcher_named(name));
                        parts.get_mut(name).unwrap().added = false;
                        removed += 1;
                    } else {
                        add(name, &mut parts);
                        added += 1;
                    }
                }
                100..102 => server.disconnect_all(),
                102 => server.restart(Duration::from_millis(100)),
                103..106 => server.store().compact(),
                _ => change(server.store(), &kinds, &mut rng),
            },
            event = events.next() => {
                let event = event.expect("the stream goes on").expect("objects decode");
                seen += 1;
                parts.get_mut(event.source.as_str()).unwrap().take(&event);
            }
        }
    }
    server.faults().clear();
    for name in rest {
        if !parts[name].added {
            add(name, &mut parts);
        }
    }
    let mut wrong: Vec<&String> = names.iter().collect();
    let settled = Instant::now() + SETTLES;
    while !wrong.is_empty() && Instant::now() < settled {
        let quiet = Duration::from_millis(200);
        while let Ok(event) = tokio::time::timeout(quiet, events.next()).await {
            let event = event.expect("the stream goes on").expect("objects decode");
            parts.get_mut(event.source.as_str()).unwrap().take(&event);
        }
        wrong.retain(|name| parts[*name].told != parts[*name].truth(server.store()));
    }
    let repairs: u64 = mux.status().iter().map(|(_, status)| status.repairs).sum();
    println!(
        "{seen} events, {added} added, {removed} removed, {repairs} gaps repaired by those that are left"
    );
    assert!(wrong.is_empty(), "not as the server has it: {wrong:?}; status {:#?}", mux.status());
    assert!(seen > 200 && added > 3 && removed > 0 && repairs > 0, "too little happened");
    assert!(names.iter().any(|name| !parts[name].told.is_empty()));
}
