//! Several watchers that feed one store: shards, and those of a multiplexer without async.

use std::collections::BTreeSet;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use watchables::rel_1_37::{CATALOG, ConfigMap, Pod};
use watchables::selector::ShardRange;
use watchables::{AnyObject, Change, Resource as _, StoreBuilder, Subscription, Watcher, blocking};

use crate::support::{client, config_of, pod, soon};

const SOON: Duration = Duration::from_mins(1);
const PODS: usize = 40;

fn names<'a>(changes: impl IntoIterator<Item = &'a Change<Pod>>) -> BTreeSet<String> {
    changes.into_iter().map(|change| change.key.name().to_owned()).collect()
}

async fn take(changes: &mut Subscription<Pod>, count: usize) -> Vec<Change<Pod>> {
    let mut taken = Vec::new();
    while taken.len() < count {
        taken.push(soon(changes.next()).await.expect("the store goes on"));
    }
    taken
}

/// Both on a server that selects, and on one that ignores the shard, as most do.
#[tokio::test]
async fn shards_as_sources_are_one_store_of_everything() {
    for selects in [true, false] {
        let builder = EmbeddedServer::builder(CATALOG).sharded_list_and_watch(selects);
        let server = builder.start().await.unwrap();
        let all: BTreeSet<_> = (0..PODS).map(|n| format!("pod-{n:02}")).collect();
        for name in &all {
            server.store().create(pod("default", name)).unwrap();
        }
        let shard =
            |index| Watcher::<Pod>::new(client(&server)).shard(ShardRange::of(index, 2).unwrap());
        let store = StoreBuilder::new().source("0", shard(0)).source("1", shard(1)).build();
        let mut changes = store.subscribe();
        let first = take(&mut changes, PODS).await;
        assert_eq!(names(&first), all, "each once");
        soon(store.ready().into_future()).await.unwrap();
        assert_eq!(store.len(), PODS);
        for name in &all {
            let pod = store.get("default", name).unwrap();
            let uid = pod.metadata.uid.as_deref().unwrap();
            for index in 0..2 {
                let contains = ShardRange::of(index, 2).unwrap().contains(uid);
                let from = store.get_from(&index.to_string(), "default", name);
                assert_eq!(from.is_some(), contains, "{name} in shard {index}");
            }
        }
        let of_shard = first.iter().filter(|change| change.source.as_str() == "0").count();
        assert!((1..PODS).contains(&of_shard), "both have some: {of_shard} of {PODS}");

        // A relist of one shard leaves the other's objects alone, and so do deletions.
        server.refuse_connections(Duration::from_millis(50));
        server.disconnect_all();
        for name in ["pod-03", "pod-11", "pod-17"] {
            server.store().delete(&Pod::RESOURCE, Some("default"), name).unwrap();
        }
        server.store().create(pod("default", "new")).unwrap();
        server.store().compact();
        let repaired = take(&mut changes, 4).await;
        let expected = ["new", "pod-03", "pod-11", "pod-17"].map(str::to_owned);
        assert_eq!(names(&repaired), expected.into());
        let revision = server.store().current_revision().to_string();
        soon(store.wait_for_version(revision).into_future()).await.unwrap();
        assert_eq!(store.len(), PODS - 2);
    }
}

#[test]
fn blocking_multiplexer_has_stores_by_kind() {
    let server = EmbeddedServer::builder(CATALOG).start_in_thread().unwrap();
    let map = |name: &str| {
        let metadata = serde_json::json!({"name": name, "namespace": "default"});
        serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    };
    server.store().create(pod("default", "a")).unwrap();
    server.store().create(pod("kube-system", "b")).unwrap();
    server.store().create(map("m")).unwrap();
    let client = blocking::Client::try_from_config(config_of(&server.url())).unwrap();
    let mux = blocking::MultiplexingWatcher::<AnyObject>::new(&client);
    for namespace in ["default", "kube-system"] {
        let watcher = blocking::Watcher::<Pod>::new(&client).namespace(namespace);
        mux.add_watcher_as(namespace, watcher);
    }
    mux.add_watcher(blocking::Watcher::<ConfigMap>::new(&client));

    let stores = mux.stores();
    assert_eq!(stores.resources(), [ConfigMap::RESOURCE, Pod::RESOURCE]);
    let pods = stores.of::<Pod>().unwrap();
    let maps = stores.of_resource::<ConfigMap>(&ConfigMap::RESOURCE).unwrap();
    pods.ready(SOON).unwrap();
    maps.ready(SOON).unwrap();
    assert!(pods.get_from("default", "default", "a").is_some());
    assert!(pods.get_from("kube-system", "kube-system", "b").is_some());
    assert!(maps.get("default", "m").is_some());
    assert!(stores.of::<watchables::rel_1_37::Node>().is_none(), "nobody watches Nodes");

    let mut changes = maps.subscribe().coalesced();
    assert_eq!(changes.next().unwrap().key.name(), "m");
    server.store().create(map("late")).unwrap();
    assert_eq!(changes.next().unwrap().key.name(), "late");
    assert!(changes.is_ready());
    // The same store each time: a watcher feeds one.
    assert_eq!(stores.of::<ConfigMap>().unwrap().len(), 2);
    pods.stop();
    assert!(pods.subscribe().coalesced().nth(2).is_none(), "what there was, and nothing more");
}
