//! Waiting for what a program has written.

use std::time::Duration;

use serde_json::json;
use watch_store::WatcherExt as _;

use crate::support::{builder, create, delete, label, ready, server, soon, version, watcher};

#[tokio::test]
async fn what_was_written_is_read_after_waiting_for_its_version() {
    let server = server().await;
    let store = ready(&server).await;
    for n in 0..50 {
        let name = format!("pod-{n}");
        let created = version(&create(&server, &name, "n1"));
        soon(async { store.wait_for_version(&created).await }).await.unwrap();
        assert_eq!(store.get("default", &name).unwrap().version(), created);
        let labelled = label(&server, &name, "x", "y");
        soon(async { store.wait_for_version(labelled).await }).await.unwrap();
        assert_eq!(store.get("default", &name).unwrap().metadata.labels["x"], "y");
    }
}

#[tokio::test]
async fn bookmarks_move_the_version_where_nothing_else_does() {
    let server = builder().bookmark_interval(Duration::from_millis(20)).start().await.unwrap();
    let store = watcher(&server).namespace("kube-system").store();
    soon(async { store.ready().await }).await.unwrap();
    let elsewhere = version(&create(&server, "a", "n1"));
    soon(async { store.wait_for_version(elsewhere).await }).await.unwrap();
    assert_eq!(store.len(), 0);
}

#[tokio::test]
async fn waits_have_deadlines_and_say_why_they_fail() {
    let server = server().await;
    let store = ready(&server).await;
    let short = Duration::from_millis(20);
    let error =
        soon(async { store.wait_for_version("999999").within(short).await }).await.unwrap_err();
    assert!(error.is_deadline() && !error.is_ended());
    assert_eq!(error.to_string(), "it did not happen within 20ms");
    let wait = store.wait_until(("default", "a"), |pod| pod.is_some()).within(short);
    assert!(soon(async { wait.await }).await.unwrap_err().is_deadline());
    let error = soon(async { store.wait_for_version("opaque").await }).await.unwrap_err();
    assert!(error.is_incomparable(), "{error}");
    let error = soon(async { store.wait_for_version_from("x", "1").await }).await.unwrap_err();
    assert_eq!(error.to_string(), "the store has no source \"x\"");
}

#[tokio::test]
async fn predicate_is_waited_for_on_an_object_and_on_its_absence() {
    let server = server().await;
    create(&server, "a", "n1");
    // Not ready yet: nothing is known to be absent.
    let store = watcher(&server).store();
    let there = soon(async { store.wait_until(("default", "a"), |pod| pod.is_some()).await });
    assert_eq!(there.await.unwrap().unwrap().name(), "a");
    let labelled = store.wait_until(("default", "a"), |pod| {
        pod.is_some_and(|pod| pod.metadata.labels.contains_key("done"))
    });
    let gone = store.wait_until(("default", "a"), |pod| pod.is_none());
    let version = label(&server, "a", "done", "");
    let pod = soon(async { labelled.await }).await.unwrap().unwrap();
    assert_eq!(pod.version(), version);
    delete(&server, "a");
    assert!(soon(async { gone.await }).await.unwrap().is_none());

    let never_there = store.wait_until(("default", "other"), |pod| pod.is_none());
    assert!(soon(async { never_there.await }).await.unwrap().is_none());
}

/// The first state may be long in coming, and absence is known only after it.
#[tokio::test]
async fn absence_is_not_assumed_before_the_store_is_ready() {
    let server = server().await;
    create(&server, "a", "n1");
    server
        .store()
        .create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}))
        .unwrap();
    let store = watcher(&server).store();
    let gone = store.wait_until(("default", "a"), |pod| pod.is_none());
    let waited = soon(async { gone.within(Duration::from_millis(200)).await }).await;
    assert!(waited.unwrap_err().is_deadline(), "it is there");
}
