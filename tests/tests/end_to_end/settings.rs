//! The effect of settings on what the server sends.

use futures::TryStreamExt as _;
use serde_json::json;
use watchables::rel_1_37::Pod;
use watchables::{StreamOptions, Watcher};

use crate::support::{client, event_line, pod, server, soon};

#[tokio::test]
async fn label_selector_delivers_added_and_deleted_as_labels_change() {
    let server = server().await;
    let store = server.store();
    store.create(pod("default", "web")).unwrap();
    store.create(pod("default", "db")).unwrap();
    let watcher = Watcher::<Pod>::new(client(&server)).label_selector("app in (web, api),!canary");
    let mut events = watcher.stream(StreamOptions::managed());
    let relabel = |name: &str, label: &str, value: &str| {
        let mut changed = pod("default", name);
        changed["metadata"]["labels"][label] = json!(value);
        store.update(changed).unwrap();
    };
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let event = soon(events.try_next()).await.unwrap().unwrap();
        seen.push(event_line(&event, |pod| pod.metadata.name.as_deref()));
        if seen.len() == 1 {
            relabel("db", "app", "api");
            relabel("web", "canary", "yes");
        }
    }
    assert_eq!(seen, ["ADDED web", "ADDED db", "DELETED web"]);
}

#[tokio::test]
async fn field_selector_restricts_the_watch() {
    let server = server().await;
    for name in ["a", "b", "c"] {
        server.store().create(pod("default", name)).unwrap();
    }
    let watcher = Watcher::<Pod>::new(client(&server)).field_selector("metadata.name=b");
    let mut events = watcher.stream(StreamOptions::managed().quit_on_timeout(true));
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some("b"));
    server.store().create(pod("kube-system", "b")).unwrap();
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.metadata.namespace.as_deref(), Some("kube-system"));
}

#[tokio::test]
async fn unsupported_field_selector_is_the_servers_error() {
    let server = server().await;
    let watcher = Watcher::<Pod>::new(client(&server)).field_selector("spec.nope=b");
    let error = soon(watcher.stream(StreamOptions::managed()).try_next()).await.unwrap_err();
    assert_eq!(error.status().unwrap().code, 400);
    assert!(error.to_string().contains("field label not supported: spec.nope"), "{error}");
}
