//! Stores of generated types, and without async. `crates/watch-store/tests` has the rest.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use watchables::rel_1_37::{Pod, Secret};
use watchables::{
    EventType, Store, StoreBuilder, WaitError, Watcher, WatcherExt as _, Wire, blocking,
};

use crate::support::{client, config_of, pod, server, soon};

const SOON: Duration = Duration::from_mins(1);

fn version(object: &serde_json::Value) -> &str {
    object["metadata"]["resourceVersion"].as_str().unwrap()
}

#[tokio::test]
async fn generated_types_are_stored_whole_and_compact_from_both_wires() {
    let server = server().await;
    let created = server.store().create(pod("default", "web")).unwrap();
    let expected: Pod = serde_json::from_value(created.clone()).unwrap();
    for wire in [Wire::Json, Wire::Protobuf] {
        for compact in [false, true] {
            let builder = Watcher::<Pod>::new(client(&server)).wire(wire).store_builder();
            let store: Store<Pod> = if compact { builder.compact() } else { builder }.build();
            soon(async { store.ready().await }).await.unwrap();
            let stored = store.get("default", "web").unwrap();
            let json = serde_json::to_value(&*stored).unwrap();
            assert_eq!(json, serde_json::to_value(&expected).unwrap(), "{wire:?} {compact}");
            assert_eq!(store.select("app=web").unwrap().len(), 1);
        }
    }
}

fn cluster() -> (EmbeddedServer, blocking::Client) {
    let server = EmbeddedServer::builder(watchables::rel_1_37::CATALOG).start_in_thread().unwrap();
    let client = blocking::Client::try_from_config(config_of(&server.url())).unwrap();
    (server, client)
}

#[test]
fn blocking_store_waits_looks_up_and_iterates_over_changes() {
    let (server, client) = cluster();
    let created = server.store().create(pod("default", "web")).unwrap();
    let store = blocking::Watcher::<Pod>::new(&client).store();
    let by_app = store.index(|pod: &Pod| pod.metadata.labels.get("app").map(|app| app.len()));
    store.ready(SOON).unwrap();
    store.wait_for_version(version(&created), SOON).unwrap();
    assert_eq!((by_app.count(&3), store.get("default", "web").is_some()), (1, true));
    let mut changes = store.subscribe();
    assert_eq!(changes.next().unwrap().key.name(), "web");
    let there = |pod: Option<&Pod>| pod.is_some();
    let waiting = store.wait_until(("default", "late"), Duration::from_millis(20), there);
    assert!(waiting.is_err_and(|error: WaitError| error.is_deadline()));
    server.store().create(pod("default", "late")).unwrap();
    store.wait_until(("default", "late"), SOON, there).unwrap();
    assert_eq!(changes.next().unwrap().etype(), EventType::Added);
    assert_eq!(
        store.subscribe_to(("default", "late")).coalesced().next().unwrap().key.name(),
        "late"
    );
    assert_eq!(store.subscribe_index(&by_app, 4usize).next().unwrap().key.name(), "late");

    let source =
        |namespace| blocking::Watcher::<Pod>::new(&client).namespace(namespace).into_async();
    let several = blocking::Store::build(&client, |runtime| {
        let builder = StoreBuilder::new().source("a", source("default"));
        builder.source("b", source("kube-system")).compact().runtime(runtime).build()
    });
    several.ready(SOON).unwrap();
    assert_eq!((several.len(), several.status().sources.len()), (2, 2));
}

/// What is kept does not say that it is of a Secret.
#[tokio::test]
async fn projection_of_secrets_shows_no_value() {
    let server = server().await;
    let secret = |value: &str| {
        serde_json::json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "default", "name": "s"},
            "data": {"password": value, "user": "YWRtaW4="},
        })
    };
    server.store().create(secret("b2xk")).unwrap();
    let watcher = Watcher::<Secret>::new(client(&server));
    let store: Store<_> = StoreBuilder::new()
        .source("", watcher)
        .project(|secret: &Secret| serde_json::to_value(&secret.data).unwrap());
    let mut changes = store.subscribe();
    soon(store.ready().into_future()).await.unwrap();
    server.store().update(secret("bmV3")).unwrap();
    loop {
        let change = soon(changes.next()).await.unwrap();
        let shown = change.diff().unwrap().to_string();
        assert!(!shown.contains("b2xk") && !shown.contains("bmV3"), "{shown}");
        if change.etype() == EventType::Modified {
            assert!(shown.starts_with("password: <secret ") && shown.contains("> → <secret "));
            assert_eq!(shown.lines().count(), 1, "{shown}");
            return;
        }
    }
}

#[tokio::test]
async fn change_tells_its_difference_whole_and_compact_from_both_wires() {
    for wire in [Wire::Json, Wire::Protobuf] {
        for is_compact in [false, true] {
            let server = server().await;
            let mut web = server.store().create(pod("default", "web")).unwrap();
            let watcher = Watcher::<Pod>::new(client(&server)).wire(wire);
            let builder = StoreBuilder::new().source("", watcher);
            let store = if is_compact { builder.compact() } else { builder }.build();
            let by_tier =
                store.index(|pod: &Pod| pod.metadata.labels.get("tier").map(ToString::to_string));
            let mut changes = store.subscribe_index(&by_tier, "back".to_owned());
            soon(store.ready().into_future()).await.unwrap();
            web["metadata"]["labels"]["tier"] = "back".into();
            let mut web = server.store().update(web).unwrap();
            web["metadata"]["labels"]["app"] = "shop".into();
            server.store().update(web).unwrap();
            let entered = soon(changes.next()).await.unwrap();
            assert_eq!(entered.etype(), EventType::Added);
            let changed = soon(changes.next()).await.unwrap();
            let shown = changed.diff().unwrap().to_string();
            assert_eq!(shown, "metadata.labels.app: web → shop", "{wire:?} {is_compact}");
        }
    }
}
