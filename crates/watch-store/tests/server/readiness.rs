//! When a store is ready, live, stopped or failed.

use std::time::Duration;

use embedded_apiserver::{Fault, Verb};
use watch_runtime::Phase;
use watch_store::WatcherExt as _;

use crate::support::{Pod, create, ready, server, soon, until, watcher};

#[tokio::test]
async fn ready_is_once_and_live_is_now() {
    let server = server().await;
    create(&server, "a", "n1");
    let store = watcher(&server).store();
    assert!(!store.is_ready() && !store.is_live());
    assert!(!store.status().is_ready);
    soon(async { store.ready().await }).await.unwrap();
    assert!(store.is_ready());
    until(|| store.is_live()).await;
    let status = store.status();
    assert_eq!((status.objects, status.undecodable, status.is_live), (1, 0, true));
    assert_eq!(status.sources.len(), 1);
    assert_eq!(status.sources[0].watch.phase, Phase::Live);
    assert!(status.sources[0].resource_version.is_some() && !status.sources[0].has_ended);

    server.refuse_connections(Duration::from_hours(1));
    server.disconnect_all();
    until(|| !store.is_live()).await;
    assert!(store.is_ready(), "the first state was whole");
    assert!(store.get("default", "a").is_some(), "it answers with what it has");
    soon(async { store.ready().await }).await.unwrap();
}

#[tokio::test]
async fn store_starts_with_its_first_use_and_stops_with_its_last_handle() {
    let server = server().await;
    let store = watcher(&server).store();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(server.watches(), 0, "it has not been used");
    let changes = store.subscribe();
    until(|| server.watches() == 1).await;
    let index = store.index(Pod::node);
    drop(store);
    drop(index);
    soon(async { tokio::time::sleep(Duration::from_millis(20)).await }).await;
    assert_eq!(server.watches(), 1, "the subscription keeps it");
    drop(changes);
    until(|| server.watches() == 0).await;
}

#[tokio::test]
async fn stopped_store_keeps_its_state_and_ends_subscriptions() {
    let server = server().await;
    create(&server, "a", "n1");
    let store = ready(&server).await;
    let mut changes = store.subscribe();
    store.stop();
    until(|| server.watches() == 0).await;
    assert!(soon(changes.next()).await.is_some(), "what came before");
    assert!(soon(changes.next()).await.is_none());
    assert!(soon(store.subscribe().coalesced().next()).await.is_some());
    assert_eq!((store.len(), store.status().sources[0].has_ended), (1, true));
    let error = soon(async { store.wait_for_version("999999").await }).await.unwrap_err();
    assert!(error.is_ended() && error.watch_error().is_none());
    assert_eq!(error.to_string(), "the store is no longer fed: it was stopped");
}

#[tokio::test]
async fn error_of_a_watcher_ends_what_waits_for_it() {
    let server = server().await;
    server.faults().inject(Fault::status(403).path("/api/v1/pods").verb(Verb::Watch));
    server.faults().inject(Fault::status(403).path("/api/v1/pods").verb(Verb::List));
    let store = watcher(&server).store();
    let error = soon(async { store.ready().await }).await.unwrap_err();
    assert!(error.is_ended() && error.watch_error().unwrap().is_forbidden());
    let status = store.status();
    assert!(status.sources[0].error.as_ref().unwrap().is_forbidden() && !status.is_ready);
    assert!(soon(store.subscribe().next()).await.is_none());
    let waited = soon(async { store.wait_until(("default", "a"), |pod| pod.is_some()).await });
    assert!(waited.await.unwrap_err().is_ended());
}

#[tokio::test]
async fn panic_of_a_users_function_ends_the_source() {
    let server = server().await;
    let store = ready(&server).await;
    let _index = store.index(|pod: &Pod| {
        assert_ne!(pod.name(), "bad", "planted");
        pod.node()
    });
    create(&server, "bad", "n1");
    let error = soon(async { store.wait_for_version("999999").await }).await.unwrap_err();
    assert!(error.is_ended() && error.to_string().ends_with("panicked"), "{error}");
    assert!(store.get("default", "bad").is_none() && store.status().sources[0].has_ended);
}
