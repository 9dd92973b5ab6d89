//! Stores that the program writes itself, without a watcher.

use bytes::Bytes;
use futures::FutureExt as _;
use watch_runtime::{EventType, Origin, Phase};
use watch_store::{Store, StoreBuilder};

use crate::support::{PODS, Pod, line, pod, soon};

fn object(name: &str, version: u64, node: &str) -> Bytes {
    let mut object = pod(name, node);
    object["metadata"]["uid"] = format!("uid-of-{name}").into();
    object["metadata"]["resourceVersion"] = version.to_string().into();
    object.to_string().into()
}

fn store() -> Store<Pod> {
    StoreBuilder::new().written("eu", PODS).written("us", PODS).build()
}

// Without a runtime: nothing runs but the writer.
#[test]
fn written_objects_are_looked_up_indexed_and_delivered() {
    let store = store();
    let mut eu = store.writer("eu").unwrap();
    assert!(store.writer("eu").is_none() && store.writer("asia").is_none());
    let by_node = store.index(Pod::node);
    let mut changes = store.subscribe();
    let mut seen = || -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(Some(change)) = changes.next().now_or_never() {
            lines.push(line(&change));
        }
        lines
    };
    eu.apply(EventType::Added, Origin::Initial, object("a", 3, "n1")).unwrap();
    eu.apply(EventType::Added, Origin::Initial, object("b", 4, "n1")).unwrap();
    assert!(!store.is_ready());
    eu.sync("7");
    let mut us = store.writer("us").unwrap();
    us.sync("70");
    assert!(store.is_ready() && store.is_live());
    assert_eq!(by_node.get("n1").len(), 2);
    eu.apply(EventType::Modified, Origin::Live, object("a", 8, "n2")).unwrap();
    eu.apply(EventType::Deleted, Origin::Repair, object("b", 9, "")).unwrap();
    assert_eq!(store.get("default", "a").unwrap().version(), "8");
    assert_eq!((by_node.get("n1").len(), by_node.get("n2").len()), (0, 1));
    assert_eq!(
        seen(),
        [
            "ADDED Initial default/a",
            "ADDED Initial default/b",
            "MODIFIED Live default/a",
            "DELETED Repair default/b"
        ]
    );
    let status = store.status();
    assert_eq!(status.sources[0].resource_version.as_deref(), Some("8"));
    assert_eq!((status.sources[0].watch.events, status.objects), (4, 1));
    drop(eu);
    let status = store.status();
    assert!(status.sources[0].has_ended && !status.is_live);
    assert_eq!(status.sources[0].watch.phase, Phase::Stopped);
    assert!(store.get_from("eu", "default", "a").is_some(), "what was written stays");
}

#[test]
fn what_is_no_object_changes_nothing() {
    let store = store();
    let mut eu = store.writer("eu").unwrap();
    for object in
        ["{}", "[", r#"{"metadata":{"name":"x"}}"#, r#"{"metadata":{"uid":"u"},"spec":{}}"#]
    {
        assert!(eu.apply(EventType::Added, Origin::Live, object.into()).is_err(), "{object}");
    }
    assert!(store.is_empty());
}

#[tokio::test]
async fn waits_end_when_the_version_is_written() {
    let store = StoreBuilder::<Pod>::new().written("all", PODS).compact().build();
    let mut writer = store.writer("all").unwrap();
    writer.sync("1");
    let waiting = store.wait_for_version("5");
    writer.apply(EventType::Added, Origin::Live, object("a", 5, "n1")).unwrap();
    soon(waiting.into_future()).await.unwrap();
    drop(writer);
    let never = soon(store.wait_for_version("6").into_future()).await;
    assert!(never.is_err(), "its source has ended");
    let projected = StoreBuilder::<Pod>::new().written("all", PODS).project(Pod::node);
    let mut writer = projected.writer("all").unwrap();
    writer.apply(EventType::Added, Origin::Live, object("a", 5, "n1")).unwrap();
    assert_eq!(*projected.get("default", "a").unwrap(), Some("n1".to_owned()));
}

#[test]
fn stopped_store_claims_nothing() {
    let store = StoreBuilder::<Pod>::new().written("eu", PODS).build();
    let mut eu = store.writer("eu").unwrap();
    eu.sync("1");
    assert!(store.is_live());
    store.stop();
    assert!(!store.is_live());
    eu.apply(EventType::Added, Origin::Live, object("a", 5, "n1")).unwrap();
    assert!(store.is_empty());
    assert_eq!(store.status().sources[0].resource_version.as_deref(), Some("1"));
}
