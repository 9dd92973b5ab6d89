//! Deleting objects, collections and namespaces.

use serde_json::json;

use crate::client::{
    config_map, delete, get, labelled, names, namespace, send, start, version, watch,
};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[tokio::test]
async fn delete_returns_the_name_and_uid() {
    let server = start().await;
    let object = server.store().create(config_map("default", "a")).unwrap();
    let path = format!("{MAPS}/a");
    let other = json!({"preconditions": {"uid": "another"}}).to_string();
    assert_eq!(send(&server, "DELETE", &path, other).await.rejection(), (409, "Conflict".into()));
    let status = delete(&server, &path).await.json();
    assert_eq!((&status["kind"], &status["status"]), (&json!("Status"), &json!("Success")));
    assert_eq!(status["details"]["uid"], object["metadata"]["uid"]);
    assert_eq!(delete(&server, &path).await.rejection(), (404, "NotFound".into()));
    assert_eq!(get(&server, &path).await.rejection(), (404, "NotFound".into()));
}

#[tokio::test]
async fn delete_collection_deletes_selected_objects() {
    let server = start().await;
    for (name, app) in [("a", "web"), ("b", "db"), ("c", "web")] {
        server.store().create(labelled(name, app)).unwrap();
    }
    let response = delete(&server, &format!("{MAPS}?labelSelector=app%3Dweb")).await;
    assert_eq!(
        (response.code, names(&response.json())),
        (200, vec!["a".to_owned(), "c".to_owned()])
    );
    assert_eq!(names(&get(&server, MAPS).await.json()), ["b"]);
}

#[tokio::test]
async fn deleted_namespace_deletes_its_objects() {
    let server = start().await;
    server.store().create(namespace("shop")).unwrap();
    server.store().create(namespace("shop-2")).unwrap();
    for namespace in ["shop", "shop-2"] {
        server.store().create(config_map(namespace, "a")).unwrap();
    }
    let from = server.store().current_revision();
    let after = format!("watch=true&resourceVersion={from}");
    let mut maps = watch(&server, &format!("/api/v1/configmaps?{after}")).await;
    let mut namespaces = watch(&server, &format!("/api/v1/namespaces?{after}")).await;
    assert_eq!(delete(&server, "/api/v1/namespaces/shop").await.code, 200);
    maps.expect("DELETED", "a").await;
    let line = namespaces.line().await;
    assert_eq!(
        (&line["type"], &line["object"]["status"]["phase"]),
        (&json!("MODIFIED"), &json!("Terminating"))
    );
    namespaces.expect("DELETED", "shop").await;
    let left = get(&server, "/api/v1/configmaps").await.json();
    assert_eq!(left["items"][0]["metadata"]["namespace"], "shop-2");
    let lasting = delete(&server, "/api/v1/namespaces/default").await;
    assert_eq!(lasting.rejection(), (403, "Forbidden".into()));
}

#[tokio::test]
async fn default_namespaces_exist_at_startup() {
    let server = start().await;
    let list = get(&server, "/api/v1/namespaces").await.json();
    assert_eq!(names(&list), ["default", "kube-node-lease", "kube-public", "kube-system"]);
    assert_eq!(list["items"][0]["status"]["phase"], "Active");
    assert!(version(&list) > 1_000);
}
