//! Soak test of the multiplexer: fifty watchers of twenty kinds are added and removed at random,
//! while the server and the network fail. In the end, the objects that each delivered are those of the server.
//!
//! `SOAK_SECONDS` (10 by default, 60 in CI) and `SOAK_SEED` set the duration and the random seed.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use embedded_apiserver::{EmbeddedServer, Fault, Store};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior};
use watchables::rel_1_37::CATALOG;
use watchables::{
    Client, DynamicObject, EventType, MultiplexingWatcher, ResourceInfo, Scope, StreamOptions,
    WatchEvent, Watcher,
};
use watchables_tests::{client, server};

const KINDS: usize = 20;
const WATCHERS: usize = 50;
const NAMESPACES: [&str; 2] = ["default", "kube-system"];
/// The interval between two actions.
const INTERVAL: Duration = Duration::from_millis(5);
/// The time to converge: longer than the maximum backoff.
const CONVERGENCE_TIMEOUT: Duration = Duration::from_secs(50);

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

/// Name and resource version of each object, by uid.
type Objects = BTreeMap<String, (String, u64)>;

/// What a watcher watches, and the objects that it delivered since it was added.
struct Member {
    resource: ResourceInfo,
    namespace: Option<&'static str>,
    added: bool,
    delivered: Objects,
}

impl Member {
    fn watcher(&self, client: &Client) -> Watcher<DynamicObject> {
        let watcher = Watcher::for_resource(client.clone(), self.resource.clone());
        match self.namespace {
            Some(namespace) => watcher.namespace(namespace),
            None => watcher,
        }
    }

    fn apply(&mut self, event: &WatchEvent<DynamicObject>) {
        let (obj, source) = (&event.obj, &event.source);
        let uid = obj.uid().expect("a uid").to_owned();
        let name = format!("{}/{}", obj.namespace().unwrap(), obj.name().unwrap());
        let version: u64 = obj.resource_version().unwrap().parse().unwrap();
        assert!(self.added, "{source}: {} {name} after it was removed", event.etype);
        let previous = self.delivered.get(&uid);
        match event.etype {
            EventType::Added => assert!(previous.is_none(), "{source}: {name} is ADDED twice"),
            EventType::Modified | EventType::Deleted => {
                let (_, before) =
                    previous.unwrap_or_else(|| panic!("{source}: {name} was not ADDED"));
                assert!(version >= *before, "{source}: {name} went back to {version}");
            }
        }
        if event.etype == EventType::Deleted {
            self.delivered.remove(&uid);
        } else {
            self.delivered.insert(uid, (name, version));
        }
    }

    /// Returns the server's objects that the watcher selects.
    fn expected(&self, store: &Store) -> Objects {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let objects =
            store.list(&self.resource).unwrap().into_iter().map(|o| o["metadata"].clone());
        let selected =
            objects.filter(|meta| self.namespace.is_none_or(|ns| meta["namespace"] == ns));
        selected
            .map(|meta| {
                let name = format!("{}/{}", text(&meta["namespace"]), text(&meta["name"]));
                (text(&meta["uid"]), (name, text(&meta["resourceVersion"]).parse().unwrap()))
            })
            .collect()
    }
}

/// Creates, updates or deletes a random object. Few names are used, so that they recur.
fn write_randomly(store: &Store, kinds: &[ResourceInfo], rng: &mut fastrand::Rng) {
    let resource = &kinds[rng.usize(..kinds.len())];
    let (namespace, name) = (NAMESPACES[rng.usize(..2)], format!("o{}", rng.u8(..8)));
    let object = json!({
        "apiVersion": resource.api_version(),
        "kind": resource.kind(),
        "metadata": {"name": name, "namespace": namespace, "labels": {"random": rng.u32(..).to_string()}},
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
async fn after_a_minute_of_faults_every_watcher_matches_the_server() {
    let (seconds, seed) = (setting("SOAK_SECONDS", 10), setting("SOAK_SEED", 17));
    let mut rng = fastrand::Rng::with_seed(seed);
    let (server, kinds) = (server().await, kinds());
    let client = client(&server);
    inject(&server, seed);
    let mux = MultiplexingWatcher::<DynamicObject>::new().on_error(|_, _, _| true);
    let mut members: HashMap<String, Member> = (0..WATCHERS)
        .map(|n| {
            let namespace = [None, Some(NAMESPACES[0]), Some(NAMESPACES[1])][n / KINDS];
            let resource = kinds[n % KINDS].clone();
            (
                format!("w{n:02}"),
                Member { resource, namespace, added: false, delivered: Objects::new() },
            )
        })
        .collect();
    let mut names: Vec<_> = members.keys().cloned().collect();
    names.sort_unstable();
    let (first, rest) = (names[0].clone(), &names[1..]);
    // One watcher always stays, or the stream would end.
    let add = |name: &str, members: &mut HashMap<String, Member>| {
        let member = members.get_mut(name).unwrap();
        (member.added, member.delivered) = (true, Objects::new());
        mux.add_watcher_as(name, member.watcher(&client));
    };
    add(&first, &mut members);
    let mut events = mux.stream(StreamOptions::managed());
    let mut interval = tokio::time::interval(INTERVAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut delivered, mut added, mut removed) = (0_u64, 0_u32, 0_u32);
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        tokio::select! {
            _ = interval.tick() => match rng.u32(..1000) {
                0..100 => {
                    let name = &rest[rng.usize(..rest.len())];
                    // May replace a watcher of the same name.
                    if members[name].added && rng.bool() {
                        assert!(mux.del_watcher_named(name));
                        members.get_mut(name).unwrap().added = false;
                        removed += 1;
                    } else {
                        add(name, &mut members);
                        added += 1;
                    }
                }
                100..102 => server.disconnect_all(),
                102 => server.restart(Duration::from_millis(100)),
                103..106 => server.store().compact(),
                _ => write_randomly(server.store(), &kinds, &mut rng),
            },
            event = events.next() => {
                let event = event.expect("the stream continues").expect("objects decode");
                delivered += 1;
                members.get_mut(event.source.as_str()).unwrap().apply(&event);
            }
        }
    }
    server.faults().clear();
    for name in rest {
        if !members[name].added {
            add(name, &mut members);
        }
    }
    let mut diverging: Vec<&String> = names.iter().collect();
    let deadline = Instant::now() + CONVERGENCE_TIMEOUT;
    while !diverging.is_empty() && Instant::now() < deadline {
        let idle = Duration::from_millis(200);
        while let Ok(event) = tokio::time::timeout(idle, events.next()).await {
            let event = event.expect("the stream continues").expect("objects decode");
            members.get_mut(event.source.as_str()).unwrap().apply(&event);
        }
        diverging
            .retain(|name| members[*name].delivered != members[*name].expected(server.store()));
    }
    let repairs: u64 = mux.status().iter().map(|(_, status)| status.repairs).sum();
    println!(
        "{delivered} events, {added} added, {removed} removed, {repairs} gaps repaired by the current watchers"
    );
    assert!(
        diverging.is_empty(),
        "differ from the server: {diverging:?}; status {:#?}",
        mux.status()
    );
    assert!(delivered > 200 && added > 3 && removed > 0 && repairs > 0, "too little happened");
    assert!(names.iter().any(|name| !members[name].delivered.is_empty()));
}
