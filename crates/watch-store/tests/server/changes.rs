//! Subscriptions: the state, and then each change, with the object before it.

use std::sync::Arc;

use serde_json::json;
use watch_runtime::EventType;
use watch_store::{ChangeOrigin, Subscription};

use crate::support::{
    PODS, Pod, create, delete, label, line, next, ready, server, soon, until, version,
};

async fn lines(changes: &mut Subscription<Pod>, count: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for _ in 0..count {
        lines.push(line(&next(changes).await));
    }
    lines
}

#[tokio::test]
async fn state_comes_first_and_then_each_change_with_the_object_before() {
    let server = server().await;
    create(&server, "a", "n1");
    let store = ready(&server).await;
    let mut changes = store.subscribe();
    let first = next(&mut changes).await;
    assert_eq!((line(&first), first.before), ("ADDED Snapshot default/a".into(), None));
    assert!(!changes.is_ready());
    label(&server, "a", "x", "1");
    delete(&server, "a");
    create(&server, "a", "n2");
    let modified = next(&mut changes).await;
    assert!(changes.is_ready());
    assert_eq!(line(&modified), "MODIFIED Live default/a");
    let (before, after) = (modified.before.unwrap(), modified.after.unwrap());
    assert!(Arc::ptr_eq(&before, &first.after.unwrap()), "it is the object that came before");
    assert_eq!((before.metadata.labels.get("x"), &*after.metadata.labels["x"]), (None, "1"));
    let terminating = next(&mut changes).await;
    assert!(Arc::ptr_eq(&terminating.before.unwrap(), &after));
    let after = terminating.after.unwrap();
    assert!(after.metadata.deletion_timestamp.is_some());
    let deleted = next(&mut changes).await;
    assert_eq!((line(&deleted), &deleted.after), ("DELETED Live default/a".into(), &None));
    assert!(Arc::ptr_eq(deleted.object(), &after));
    let recreated = next(&mut changes).await;
    assert_eq!((line(&recreated), &recreated.before), ("ADDED Live default/a".into(), &None));
    assert_ne!(recreated.object().metadata.uid, after.metadata.uid);
}

#[tokio::test]
async fn late_subscribers_come_and_go() {
    let server = server().await;
    let store = ready(&server).await;
    let mut subscribers = Vec::new();
    for n in 0..20 {
        subscribers.push(store.subscribe());
        if n % 3 == 0 {
            drop(subscribers.remove(0));
        }
        let created = create(&server, &format!("pod-{n:02}"), "n1");
        soon(async { store.wait_for_version(version(&created)).await }).await.unwrap();
    }
    for changes in &mut subscribers {
        let mut names = Vec::new();
        while names.len() < 20 {
            let change = next(changes).await;
            assert_eq!(change.etype(), EventType::Added);
            names.push(change.key.name().to_owned());
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 20, "each object comes once");
    }
}

#[tokio::test]
async fn repair_is_a_change_of_what_has_changed_and_touches_nothing_else() {
    let server = server().await;
    for name in ["changed", "deleted", "same"] {
        create(&server, name, "n1");
    }
    let store = ready(&server).await;
    let same = store.get("default", "same").unwrap();
    let mut changes = store.subscribe();
    lines(&mut changes, 3).await;
    server.refuse_connections(std::time::Duration::from_millis(200));
    server.disconnect_all();
    let changed = label(&server, "changed", "x", "1");
    delete(&server, "deleted");
    create(&server, "new", "n1");
    server.store().compact();
    let mut repaired = lines(&mut changes, 3).await;
    repaired.sort();
    assert_eq!(
        repaired,
        [
            "ADDED Repair default/new",
            "DELETED Repair default/deleted",
            "MODIFIED Repair default/changed",
        ]
    );
    assert_eq!(store.get("default", "changed").unwrap().version(), changed);
    assert!(Arc::ptr_eq(&same, &store.get("default", "same").unwrap()), "it is in its place");
    assert_eq!(store.status().sources[0].watch.repairs, 1);
}

#[tokio::test]
async fn slow_subscriber_is_told_and_given_the_differences() {
    let server = server().await;
    for name in ["a", "b", "c"] {
        create(&server, name, "n1");
    }
    let store = ready(&server).await;
    let mut slow = store.subscribe().capacity(2);
    let mut fast = store.subscribe();
    lines(&mut slow, 3).await;
    lines(&mut fast, 3).await;
    for n in 0..5 {
        label(&server, "a", "x", &n.to_string());
    }
    delete(&server, "b");
    create(&server, "b", "n2");
    let last = label(&server, "a", "x", "last");
    soon(async { store.wait_for_version(&last).await }).await.unwrap();
    assert_eq!(lines(&mut fast, 9).await.len(), 9, "it is not held up");
    assert_eq!(fast.missed(), 0);
    assert_eq!(lines(&mut slow, 2).await, ["MODIFIED Live default/a"; 2]);
    let mut differences = Vec::new();
    for _ in 0..3 {
        differences.push(next(&mut slow).await);
    }
    assert_eq!(slow.missed(), 7);
    let deleted: Vec<_> = differences.iter().map(line).collect();
    assert_eq!(deleted[0], "DELETED CatchUp default/b", "deletions come first");
    let a = differences.iter().find(|change| change.key.name() == "a").unwrap();
    assert_eq!(line(a), "MODIFIED CatchUp default/a");
    assert_eq!(a.before.as_ref().unwrap().metadata.labels["x"], "1");
    assert_eq!(a.after.as_ref().unwrap().version(), last);
    label(&server, "c", "x", "");
    assert_eq!(line(&next(&mut slow).await), "MODIFIED Live default/c", "it goes on");
}

#[tokio::test]
async fn parts_of_a_store_are_subscribed_to() {
    let server = server().await;
    create(&server, "a", "n1");
    create(&server, "b", "n2");
    let store = ready(&server).await;
    let by_node = store.index(Pod::node);
    let mut named = store.subscribe_to(("default", "b"));
    let mut on_node = store.subscribe_index(&by_node, "n1");
    assert_eq!(lines(&mut named, 1).await, ["ADDED Snapshot default/b"]);
    assert_eq!(lines(&mut on_node, 1).await, ["ADDED Snapshot default/a"]);
    let move_to = |name, node: &str| {
        let mut pod = server.store().get(&PODS, Some("default"), name).unwrap();
        pod["spec"]["nodeName"] = node.into();
        server.store().update(pod).unwrap()
    };
    label(&server, "a", "x", "1");
    move_to("b", "n1");
    move_to("a", "n2");
    delete(&server, "b");
    assert_eq!(
        lines(&mut on_node, 5).await,
        [
            "MODIFIED Live default/a",
            "ADDED Live default/b",
            "DELETED Live default/a",
            "MODIFIED Live default/b",
            "DELETED Live default/b",
        ]
    );
    assert_eq!(
        lines(&mut named, 3).await,
        ["MODIFIED Live default/b", "MODIFIED Live default/b", "DELETED Live default/b"]
    );
}

#[tokio::test]
async fn coalesced_subscription_has_the_newest_of_each_object_only() {
    let server = server().await;
    create(&server, "a", "n1");
    create(&server, "b", "n1");
    let store = ready(&server).await;
    let mut changes = store.subscribe().coalesced();
    lines(&mut changes, 2).await;
    let before = store.get("default", "a").unwrap();
    for n in 0..5 {
        label(&server, "a", "x", &n.to_string());
    }
    create(&server, "short-lived", "n1");
    delete(&server, "short-lived");
    delete(&server, "b");
    let last = label(&server, "a", "x", "last");
    soon(async { store.wait_for_version(&last).await }).await.unwrap();
    let change = next(&mut changes).await;
    assert_eq!(line(&change), "MODIFIED Live default/a");
    assert!(Arc::ptr_eq(change.before.as_ref().unwrap(), &before));
    assert_eq!(change.after.unwrap().version(), last);
    assert_eq!(lines(&mut changes, 1).await, ["DELETED Live default/b"]);
    assert_eq!(changes.missed(), 0);

    // What has changed before the subscriber came to it is new to it.
    let mut changes = store.subscribe().coalesced();
    label(&server, "a", "x", "again");
    create(&server, "c", "n1");
    until(|| store.get("default", "c").is_some()).await;
    let mut first = Vec::new();
    for _ in 0..2 {
        first.push(next(&mut changes).await);
    }
    let mut seen: Vec<_> = first.iter().map(line).collect();
    seen.sort();
    assert_eq!(seen, ["ADDED Live default/a", "ADDED Live default/c"]);
    let a = first.iter().find(|change| change.key.name() == "a").unwrap();
    assert_eq!(a.object().metadata.labels["x"], "again");
}

#[tokio::test]
async fn first_state_is_initial_to_those_who_subscribed_before() {
    let server = server().await;
    server
        .store()
        .create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}))
        .unwrap();
    create(&server, "a", "n1");
    let store = watch_store::WatcherExt::store(crate::support::watcher(&server));
    let mut changes = store.subscribe();
    let change = next(&mut changes).await;
    assert_eq!((change.origin, change.source.as_str()), (ChangeOrigin::Initial, ""));
    soon(async { store.ready().await }).await.unwrap();
    create(&server, "b", "n1");
    assert_eq!(line(&next(&mut changes).await), "ADDED Live default/b");
    assert!(changes.is_ready());
}

#[tokio::test]
async fn coalesced_subscription_stays_so_and_needs_no_capacity() {
    let server = server().await;
    create(&server, "a", "n1");
    let store = ready(&server).await;
    let subscriptions =
        [store.subscribe().coalesced().capacity(1), store.subscribe().capacity(1).coalesced()];
    let mut last = String::new();
    for mut changes in subscriptions {
        lines(&mut changes, 1).await;
        for n in 0..5 {
            last = label(&server, "a", "x", &n.to_string());
        }
        soon(async { store.wait_for_version(&last).await }).await.unwrap();
        let change = next(&mut changes).await;
        assert_eq!((line(&change), changes.missed()), ("MODIFIED Live default/a".into(), 0));
        assert_eq!(change.after.unwrap().version(), last);
    }
}
