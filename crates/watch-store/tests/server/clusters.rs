//! Several watchers in one store, each with its own part of it.

use std::sync::Arc;
use std::time::Duration;

use watch_store::StoreBuilder;

use crate::support::{
    Pod, create, delete, label, line, next, server, soon, until, version, watcher,
};

#[tokio::test]
async fn each_source_keeps_its_own_part() {
    let (eu, us) = (server().await, server().await);
    create(&eu, "web", "eu-1");
    create(&us, "web", "us-1");
    create(&us, "other", "us-1");
    let store =
        StoreBuilder::<Pod>::new().source("eu", watcher(&eu)).source("us", watcher(&us)).build();
    soon(async { store.ready().await }).await.unwrap();
    let node = |source| store.get_from(source, "default", "web").and_then(|pod| pod.node());
    assert_eq!((node("eu").as_deref(), node("us").as_deref()), (Some("eu-1"), Some("us-1")));
    assert_eq!((node("asia"), store.len()), (None, 3));
    assert_eq!(store.get_all("default", "web").len(), 2);
    assert!(store.get("default", "web").is_some());

    // A relist of one leaves the other's objects alone, even those that it lacks.
    let kept = store.get_from("us", "default", "web").unwrap();
    let mut changes = store.subscribe();
    for _ in 0..3 {
        next(&mut changes).await;
    }
    eu.refuse_connections(Duration::from_millis(100));
    eu.disconnect_all();
    delete(&eu, "web");
    eu.store().compact();
    let gone = next(&mut changes).await;
    assert_eq!((line(&gone), gone.source.as_str()), ("DELETED Repair default/web".into(), "eu"));
    assert!(Arc::ptr_eq(&kept, &store.get_from("us", "default", "web").unwrap()));
    assert_eq!((node("eu"), store.len()), (None, 2));
    let sources: Vec<_> = store.snapshot().iter().map(|stored| stored.source).collect();
    assert_eq!(sources, ["us", "us"]);
}

#[tokio::test]
async fn versions_of_clusters_are_waited_for_one_by_one() {
    let (eu, us) = (server().await, server().await);
    for n in 0..20 {
        create(&us, &format!("us-{n}"), "n");
    }
    let store = StoreBuilder::new().source("eu", watcher(&eu)).source("us", watcher(&us)).build();
    soon(async { store.ready().await }).await.unwrap();
    let written = label(&us, "us-0", "x", "1");
    soon(async { store.wait_for_version_from("us", &written).await }).await.unwrap();
    assert_eq!(store.get("default", "us-0").unwrap().version(), written);
    let short = Duration::from_millis(20);
    let all = soon(async { store.wait_for_version(&written).within(short).await }).await;
    assert!(all.unwrap_err().is_deadline(), "eu has not come so far");
    let created = version(&create(&eu, "late", "n"));
    soon(async { store.wait_for_version_from("eu", &created).await }).await.unwrap();
}

#[tokio::test]
async fn namespaces_are_sources_too_and_one_that_fails_leaves_the_rest() {
    let server = server().await;
    create(&server, "a", "n1");
    server
        .faults()
        .inject(embedded_apiserver::Fault::status(403).path("/api/v1/namespaces/kube-public/pods"));
    let source = |namespace: &str| watcher(&server).namespace(namespace);
    let store = StoreBuilder::new()
        .source("default", source("default"))
        .source("public", source("kube-public"))
        .build();
    let error = soon(async { store.ready().await }).await.unwrap_err();
    assert!(error.watch_error().unwrap().is_forbidden());
    assert!(error.to_string().contains("public"), "{error}");
    until(|| store.get("default", "a").is_some()).await;
    let status = store.status();
    let ended: Vec<_> = status.sources.iter().map(|source| source.has_ended).collect();
    assert_eq!((ended, status.is_ready), (vec![false, true], false));
    let created = version(&create(&server, "b", "n1"));
    soon(async { store.wait_for_version_from("default", created).await }).await.unwrap();
    assert_eq!(store.len(), 2);
}

#[test]
#[should_panic(expected = "there is a source named")]
fn sources_have_names_of_their_own() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(server());
    let _guard = runtime.enter();
    let _builder =
        StoreBuilder::new().source("eu", watcher(&server)).source("eu", watcher(&server));
}
