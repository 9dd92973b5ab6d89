//! Random histories, faults and subscribers: at each quiet point a store is what the server has.

use std::collections::BTreeMap;
use std::time::Duration;

use embedded_apiserver::{EmbeddedServer, Fault, Verb};
use fastrand::Rng;
use futures::FutureExt as _;
use watch_runtime::InitialList;
use watch_store::{ChangeOrigin, Store, Subscription, WatcherExt as _};

use crate::support::{PODS, Pod, builder, create, delete, label, soon, version, watcher};

/// Versions by name.
type Versions = BTreeMap<String, String>;

fn on_server(server: &EmbeddedServer) -> Versions {
    let pods = server.store().list(&PODS).unwrap();
    let name = |pod: &serde_json::Value| pod["metadata"]["name"].as_str().unwrap().to_owned();
    pods.iter().map(|pod| (name(pod), version(pod))).collect()
}

fn in_store(store: &Store<Pod>) -> Versions {
    store.iter().map(|pod| (pod.name().to_owned(), pod.version().to_owned())).collect()
}

/// A subscriber that learns the state from changes alone.
struct Subscriber {
    changes: Subscription<Pod>,
    known: Versions,
    count: u64,
}

impl Subscriber {
    fn drain(&mut self) {
        while let Some(change) = self.changes.next().now_or_never() {
            let change = change.expect("the store goes on");
            let name = change.key.name().to_owned();
            let version = |pod: &std::sync::Arc<Pod>| pod.version().to_owned();
            let known = match &change.after {
                Some(after) => self.known.insert(name, version(after)),
                None => self.known.remove(&name),
            };
            assert_eq!(known, change.before.as_ref().map(version), "{change:?}");
            self.count += u64::from(change.origin != ChangeOrigin::Snapshot);
        }
    }
}

fn inject(server: &EmbeddedServer, rng: &mut Rng) {
    let fault = match rng.u8(..6) {
        0 => Fault::disconnect_in_event(rng.u64(..4), rng.u64(..200)),
        1 => Fault::gone_event(rng.u64(..3)),
        2 => Fault::internal_error(),
        3 => Fault::compact(),
        4 => Fault::disconnect_after_bytes(rng.u64(..2000)),
        _ => Fault::shuffle_initial_events(rng.u64(..)),
    };
    server.faults().inject(fault.verb([Verb::Watch, Verb::List][rng.usize(..2)]).times(1));
}

async fn run(seed: u64, compact: bool) -> (u64, u64) {
    let mut rng = Rng::with_seed(seed);
    let bookmarks = Duration::from_millis(20);
    let server = builder().bookmark_interval(bookmarks).start().await.unwrap();
    for n in 0..rng.u8(..10) {
        create(&server, &format!("pod-{n}"), "n0");
    }
    let how = [InitialList::Streaming, InitialList::Paged][rng.usize(..2)];
    let builder = watcher(&server).initial_list(how).page_size(3).store_builder();
    let store = if compact { builder.compact() } else { builder }.build();
    let by_node = store.index(Pod::node);
    let mut subscribers = Vec::<Subscriber>::new();
    for _ in 0..8 {
        if subscribers.len() < 5 {
            let changes = store.subscribe();
            let changes = match rng.u8(..3) {
                0 => changes.coalesced(),
                1 => changes.capacity(2),
                _ => changes,
            };
            subscribers.push(Subscriber { changes, known: Versions::new(), count: 0 });
        }
        for _ in 0..rng.u8(..12) {
            let name = format!("pod-{}", rng.u8(..10));
            let exists = server.store().get(&PODS, Some("default"), &name).is_ok();
            match (exists, rng.u8(..3)) {
                (false, _) => drop(create(&server, &name, &format!("n{}", rng.u8(..3)))),
                (true, 0) => delete(&server, &name),
                (true, _) => drop(label(&server, &name, "n", &rng.u32(..).to_string())),
            }
            match rng.u8(..10) {
                // Before it is accepted for the first time, a watcher ends with errors.
                0 if store.is_ready() => inject(&server, &mut rng),
                1 if store.is_ready() => server.disconnect_all(),
                2 => server.store().compact(),
                3 => tokio::time::sleep(Duration::from_millis(5)).await,
                4 if !subscribers.is_empty() => {
                    let one = rng.usize(..subscribers.len());
                    subscribers[one].drain();
                }
                _ => {}
            }
        }
        // Quiet.
        let revision = server.store().current_revision().to_string();
        let reached = soon(async { store.wait_for_version(revision).await }).await;
        reached.unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
        let there = on_server(&server);
        assert_eq!(in_store(&store), there, "seed {seed}");
        for subscriber in &mut subscribers {
            subscriber.drain();
            assert_eq!(subscriber.known, there, "seed {seed}");
        }
        let indexed: usize = by_node.keys().iter().map(|node| by_node.count(node)).sum();
        assert_eq!(indexed, there.len(), "seed {seed}");
    }
    let status = store.status();
    let told = subscribers.iter().map(|subscriber| subscriber.count).sum();
    (told, status.sources[0].watch.restarts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_and_subscribers_equal_the_server_whatever_fails() {
    let runs = (0..16).map(|seed| tokio::spawn(run(seed, seed % 2 == 1)));
    let (mut told, mut restarts) = (0, 0);
    for run in runs.collect::<Vec<_>>() {
        let (more_told, more_restarts) = run.await.unwrap();
        told += more_told;
        restarts += more_restarts;
    }
    assert!(told > 500 && restarts > 20, "too little happened: {told} {restarts}");
}
