//! Watches: their events, the order, and how they end.

use std::time::Duration;

use serde_json::json;

use crate::client::{Next, builder, config_map, get, labelled, start, version, watch};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[tokio::test]
async fn object_changes_arrive_in_order() {
    let server = start().await;
    let store = server.store();
    let from = store.current_revision();
    let mut watching = watch(&server, &format!("{MAPS}?watch=true&resourceVersion={from}")).await;
    let created = store.create(config_map("default", "a")).unwrap();
    let mut object = created.clone();
    object["data"]["greeting"] = "servus".into();
    let updated = store.update(object).unwrap();
    let resource = &crate::catalog::CATALOG[1].resource;
    store.delete(resource, Some("default"), "a").unwrap();
    let again = store.create(config_map("default", "a")).unwrap();

    assert_eq!(watching.line().await, json!({"type": "ADDED", "object": created}));
    assert_eq!(watching.line().await, json!({"type": "MODIFIED", "object": updated}));
    let mut gone = updated.clone();
    // The last state of the object with the version of the deletion.
    gone["metadata"]["resourceVersion"] = (from + 3).to_string().into();
    assert_eq!(watching.line().await, json!({"type": "DELETED", "object": gone}));
    assert_eq!(watching.line().await, json!({"type": "ADDED", "object": again}));
    assert_ne!(created["metadata"]["uid"], again["metadata"]["uid"]);
    let versions: Vec<_> = [&created, &updated, &gone, &again].map(version).into();
    assert_eq!(versions, [from + 1, from + 2, from + 3, from + 4]);
}

#[tokio::test]
async fn watch_is_limited_to_its_resource_and_namespace() {
    let server = start().await;
    let from = server.store().current_revision();
    let mut here = watch(&server, &format!("{MAPS}?watch=true&resourceVersion={from}")).await;
    let everywhere = format!("/api/v1/configmaps?watch=true&resourceVersion={from}");
    let mut everywhere = watch(&server, &everywhere).await;
    server.store().create(config_map("kube-system", "there")).unwrap();
    server.store().create(crate::client::namespace("shop")).unwrap();
    server.store().create(config_map("default", "here")).unwrap();
    here.expect("ADDED", "here").await;
    everywhere.expect("ADDED", "there").await;
    everywhere.expect("ADDED", "here").await;
}

#[tokio::test]
async fn selector_changes_are_added_and_deleted_events() {
    let server = start().await;
    let store = server.store();
    let from = store.current_revision();
    let path = format!("{MAPS}?watch=true&resourceVersion={from}&labelSelector=app%3Dweb");
    let mut watching = watch(&server, &path).await;
    let mut all = watch(&server, &format!("{MAPS}?watch=true&resourceVersion={from}")).await;
    store.create(labelled("a", "db")).unwrap();
    let matching = store.update(labelled("a", "web")).unwrap();
    let mut modified = labelled("a", "web");
    modified["data"]["greeting"] = "servus".into();
    let modified = store.update(modified).unwrap();
    let unmatched = store.update(labelled("a", "db")).unwrap();
    store.update(labelled("a", "cache")).unwrap();
    store.update(labelled("a", "web")).unwrap();
    store.delete(&crate::catalog::CATALOG[1].resource, Some("default"), "a").unwrap();

    assert_eq!(watching.line().await, json!({"type": "ADDED", "object": matching}));
    assert_eq!(watching.line().await, json!({"type": "MODIFIED", "object": modified}));
    // The last matching state of the object, with the version at which it stopped to match.
    let mut gone = modified.clone();
    gone["metadata"]["resourceVersion"] = unmatched["metadata"]["resourceVersion"].clone();
    assert_eq!(watching.line().await, json!({"type": "DELETED", "object": gone}));
    watching.expect("ADDED", "a").await;
    watching.expect("DELETED", "a").await;

    // Without a selector the same changes are one ADDED, five MODIFIED and one DELETED.
    let mut kinds = Vec::new();
    for _ in 0..7 {
        kinds.push(all.next_event().await.0);
    }
    let mut expected = vec!["MODIFIED"; 7];
    (expected[0], expected[6]) = ("ADDED", "DELETED");
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn field_selector_watches_one_name() {
    let server = start().await;
    server.store().create(config_map("default", "a")).unwrap();
    let path = format!("{MAPS}?watch=true&fieldSelector=metadata.name%3Db");
    let mut watching = watch(&server, &path).await;
    server.store().create(config_map("default", "b")).unwrap();
    watching.expect("ADDED", "b").await;
    let response = get(&server, &format!("{MAPS}?watch=true&fieldSelector=spec.nope%3Db")).await;
    assert_eq!(response.rejection(), (400, "BadRequest".into()));
}

#[tokio::test]
async fn timeout_ends_a_busy_watch_cleanly() {
    let server = start().await;
    let mut watching = watch(&server, &format!("{MAPS}?watch=true&timeoutSeconds=1")).await;
    let store = server.store().clone();
    let busy = tokio::spawn(async move {
        for n in 0.. {
            store.create(config_map("default", &format!("cm-{n}"))).unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let lines = watching.rest().await;
    busy.abort();
    assert!(!lines.is_empty());
}

#[tokio::test]
async fn bookmarks_are_periodic_if_requested() {
    let server = builder().bookmark_interval(Duration::from_millis(20)).start().await.unwrap();
    let path = format!("{MAPS}?watch=true&allowWatchBookmarks=true");
    let mut watching = watch(&server, &path).await;
    let revision = server.store().current_revision();
    let mut expected = json!({"type": "BOOKMARK", "object": {
        "kind": "ConfigMap", "apiVersion": "v1",
        "metadata": {
            "resourceVersion": revision.to_string(),
            "annotations": {"k8s.io/initial-events-end": "true"},
        },
    }});
    assert_eq!(watching.line().await, expected, "the first ends the initial events");
    expected["object"]["metadata"].as_object_mut().unwrap().remove("annotations");
    assert_eq!(watching.line().await, expected);
    assert_eq!(watching.line().await, expected);
    // Another resource's event advances the version too.
    server.store().create(crate::client::namespace("shop")).unwrap();
    while version(&watching.line().await["object"]) == revision {}

    let idle = watch(&server, &format!("{MAPS}?watch=true&timeoutSeconds=1")).await.rest().await;
    assert_eq!(idle, [json!(null); 0]);
}

#[tokio::test]
async fn last_bookmark_precedes_the_timeout() {
    let server = start().await;
    let from = server.store().current_revision();
    let path = format!(
        "/api/v1/pods?watch=true&allowWatchBookmarks=true&timeoutSeconds=3&resourceVersion={from}"
    );
    let lines = watch(&server, &path).await.rest().await;
    // For pods a real server's encoder adds fields that a client must not decode as a Pod.
    let expected = json!({"type": "BOOKMARK", "object": {
        "kind": "Pod", "apiVersion": "v1",
        "metadata": {"resourceVersion": server.store().current_revision().to_string()},
        "spec": {"containers": null}, "status": {},
    }});
    assert_eq!(lines, [expected]);
}

#[tokio::test]
async fn slow_watcher_gets_an_expired_error() {
    let server = builder().history(8).start().await.unwrap();
    let from = server.store().current_revision();
    let mut slow = watch(&server, &format!("{MAPS}?watch=true&resourceVersion={from}")).await;
    let mut big = config_map("default", "big");
    big["data"]["text"] = "x".repeat(1_000_000).into();
    // More than the socket buffers can store.
    for n in 0..60 {
        big["metadata"]["name"] = format!("big-{n}").into();
        server.store().create(big.clone()).unwrap();
        tokio::task::yield_now().await;
    }
    let lines = slow.rest().await;
    let (last, delivered) = lines.split_last().unwrap();
    assert_eq!((&last["type"], &last["object"]["reason"]), (&json!("ERROR"), &json!("Expired")));
    for (n, line) in delivered.iter().enumerate() {
        assert_eq!(line["object"]["metadata"]["name"], format!("big-{n}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_watchers_get_every_event_once_in_order() {
    let server = start().await;
    let from = server.store().current_revision();
    let path = format!("{MAPS}?watch=true&resourceVersion={from}");
    let mut watchers = Vec::new();
    for _ in 0..8 {
        watchers.push(watch(&server, &path).await);
    }
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let store = server.store().clone();
            tokio::spawn(async move {
                for n in 0..100 {
                    store.create(config_map("default", &format!("cm-{writer}-{n}"))).unwrap();
                }
            })
        })
        .collect();
    for watching in &mut watchers {
        for expected in from + 1..=from + 400 {
            assert_eq!(version(&watching.line().await["object"]), expected);
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn watch_uses_the_requested_group_version() {
    let server = start().await;
    let from = server.store().current_revision();
    let mut watchers = Vec::new();
    for version in ["v1", "v1beta1"] {
        let path = format!("/apis/apps/{version}/deployments?watch=true&resourceVersion={from}");
        watchers.push((version, watch(&server, &path).await));
    }
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
    });
    server.store().create(deployment).unwrap();
    for (version, watching) in &mut watchers {
        let line = watching.line().await;
        assert_eq!(line["object"]["apiVersion"], format!("apps/{version}"));
    }
}

#[tokio::test]
async fn shutdown_is_a_disconnect_not_a_clean_end() {
    let server = start().await;
    let mut watching = watch(&server, &format!("{MAPS}?watch=true")).await;
    server.shutdown().await;
    assert_eq!(watching.next().await, Next::Disconnected);
}
