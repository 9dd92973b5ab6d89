//! Look-ups and indexes.

use std::sync::Arc;

use serde_json::json;
use watch_runtime::Watcher;
use watch_store::{ObjectKey, Store, WatcherExt as _};
use watchable_core::{DynamicObject, ResourceInfo, Scope};

use crate::support::{
    PODS, Pod, client, create, delete, label, pod, ready, server, soon, until, version, watcher,
};

fn names(pods: impl IntoIterator<Item = Arc<Pod>>) -> Vec<String> {
    let mut names: Vec<_> = pods.into_iter().map(|pod| pod.name().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn store_has_each_object_and_shares_it() {
    let server = server().await;
    let created = create(&server, "a", "n1");
    create(&server, "b", "n2");
    let store = ready(&server).await;
    let a = store.get("default", "a").unwrap();
    assert_eq!(a.metadata.uid.as_deref(), created["metadata"]["uid"].as_str());
    assert!(Arc::ptr_eq(&a, &store.get("default", "a").unwrap()), "it is not copied");
    assert!(store.iter().any(|pod| Arc::ptr_eq(&pod, &a)));
    assert_eq!((store.len(), store.is_empty(), store.get("default", "c")), (2, false, None));
    assert!(store.get("", "a").is_none() && store.get("defaul", "t/a").is_none());

    let snapshot = store.snapshot();
    delete(&server, "a");
    create(&server, "c", "n1");
    until(|| store.get("default", "c").is_some()).await;
    assert!(store.get("default", "a").is_none());
    assert_eq!(names(store.iter()), ["b", "c"]);
    let keys: Vec<_> = snapshot.iter().map(|stored| stored.key.to_string()).collect();
    assert_eq!((keys, snapshot.len()), (vec!["default/a".into(), "default/b".into()], 2));
}

#[tokio::test]
async fn cluster_scoped_objects_have_no_namespace() {
    let server = server().await;
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}});
    server.store().create(node).unwrap();
    let nodes = ResourceInfo::new("", "v1", "Node", "nodes", Scope::Cluster);
    let store = Watcher::<DynamicObject>::for_resource(client(&server), nodes).store();
    soon(async { store.ready().await }).await.unwrap();
    assert_eq!(store.get("", "n1").unwrap().name(), Some("n1"));
    let keys: Vec<ObjectKey> = store.snapshot().iter().map(|stored| stored.key).collect();
    assert_eq!(keys, ["n1".into()]);
}

#[tokio::test]
async fn managed_fields_are_dropped_unless_they_are_wanted() {
    let server = server().await;
    let mut managed = pod("a", "n1");
    managed["metadata"]["managedFields"] = json!([{"manager": "m", "operation": "Update",
        "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}}]);
    server.store().create(managed).unwrap();
    let count = async |store: Store<Pod>| {
        soon(async { store.ready().await }).await.unwrap();
        store.get("default", "a").unwrap().metadata.managed_fields.len()
    };
    for compact in [false, true] {
        let builder = || {
            let builder = watcher(&server).store_builder();
            if compact { builder.compact() } else { builder }
        };
        assert_eq!(count(builder().build()).await, 0);
        assert_ne!(count(builder().keep_managed_fields().build()).await, 0);
    }
}

#[tokio::test]
async fn indexes_answer_by_key_and_follow_changes_whenever_they_were_added() {
    let server = server().await;
    for (name, node) in [("a", "n1"), ("b", "n1"), ("c", "n2")] {
        create(&server, name, node);
    }
    let store = watcher(&server).store();
    let early = store.index(Pod::node);
    soon(async { store.ready().await }).await.unwrap();
    let late = store.index(Pod::node);
    // Several keys of an object.
    let labels = store.index(|pod: &Pod| pod.metadata.labels.keys().cloned().collect::<Vec<_>>());
    for index in [&early, &late] {
        assert_eq!(names(index.get("n1")), ["a", "b"]);
        assert_eq!((names(index.get("n2")), index.count("n3")), (vec!["c".to_owned()], 0));
    }
    assert_eq!(names(labels.get("app")), ["a", "b", "c"]);
    let mut moved = server.store().get(&PODS, Some("default"), "b").unwrap();
    moved["spec"]["nodeName"] = "n2".into();
    server.store().update(moved).unwrap();
    delete(&server, "c");
    let d = create(&server, "d", "n3");
    soon(async { store.wait_for_version(version(&d)).await }).await.unwrap();
    for index in [&early, &late] {
        assert_eq!(names(index.get("n1")), ["a"]);
        assert_eq!(
            (names(index.get("n2")), names(index.get("n3"))),
            (vec!["b".into()], vec!["d".into()])
        );
    }
    let mut nodes = late.keys();
    nodes.sort();
    assert_eq!(nodes, ["n1", "n2", "n3"]);
    assert_eq!(names(labels.get("name")), ["a", "b", "d"]);
}

#[tokio::test]
async fn built_in_indexes_answer_selectors_namespaces_and_owners() {
    let server = server().await;
    let a = create(&server, "a", "n1");
    create(&server, "b", "n1");
    let mut owned = pod("c", "n1");
    owned["metadata"]["namespace"] = "kube-system".into();
    owned["metadata"]["ownerReferences"] = json!([{"apiVersion": "v1", "kind": "Pod", "name": "a",
        "uid": a["metadata"]["uid"]}]);
    server.store().create(owned).unwrap();
    let store = ready(&server).await;
    assert_eq!(names(store.in_namespace("default")), ["a", "b"]);
    assert_eq!(names(store.in_namespace("kube-system")), ["c"]);
    let uid = a["metadata"]["uid"].as_str().unwrap();
    assert_eq!(names(store.owned_by(uid)), ["c"]);
    assert!(store.owned_by("other").is_empty());
    let select = |selector| names(store.select(selector).unwrap());
    assert_eq!(select("app=web,name!=b"), ["a", "c"]);
    assert_eq!(select("name in (a,b)"), ["a", "b"]);
    assert_eq!(select("tier"), [""; 0]);
    let version = label(&server, "b", "tier", "front");
    soon(async { store.wait_for_version(version).await }).await.unwrap();
    assert_eq!(
        (select("tier"), select("app=web,!tier")),
        (vec!["b".into()], vec!["a".into(), "c".into()])
    );
    assert!(store.select("app in web").is_err());
}

#[tokio::test]
async fn projection_keeps_what_a_program_needs_and_is_found_all_the_same() {
    let server = server().await;
    create(&server, "a", "n1");
    let nodes =
        watcher(&server).store_builder().project(|pod: &Pod| pod.node().unwrap_or_default());
    soon(async { nodes.ready().await }).await.unwrap();
    let by_node = nodes.index(|node: &String| Some(node.clone()));
    assert_eq!(*nodes.get("default", "a").unwrap(), "n1");
    assert_eq!(nodes.select("app=web").unwrap().len(), 1);
    assert_eq!((nodes.in_namespace("default").len(), by_node.get("n1").len()), (1, 1));
}
