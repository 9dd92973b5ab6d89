//! Deleting objects, collections and namespaces.

use serde_json::json;

use crate::client::{
    config_map, delete, get, labelled, names, namespace, send, start, version, watch,
};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[tokio::test]
async fn deleting_answers_who_it_was() {
    let server = start().await;
    let object = server.store().create(config_map("default", "a")).unwrap();
    let path = format!("{MAPS}/a");
    let other = json!({"preconditions": {"uid": "another"}}).to_string();
    assert_eq!(send(&server, "DELETE", &path, other).await.refusal(), (409, "Conflict".into()));
    let status = delete(&server, &path).await.json();
    assert_eq!((&status["kind"], &status["status"]), (&json!("Status"), &json!("Success")));
    assert_eq!(status["details"]["uid"], object["metadata"]["uid"]);
    assert_eq!(delete(&server, &path).await.refusal(), (404, "NotFound".into()));
    assert_eq!(get(&server, &path).await.refusal(), (404, "NotFound".into()));
}

#[tokio::test]
async fn a_collection_is_deleted_as_far_as_it_fits() {
    let server = start().await;
    for (name, app) in [("a", "web"), ("b", "db"), ("c", "web")] {
        server.store().create(labelled(name, app)).unwrap();
    }
    let answer = delete(&server, &format!("{MAPS}?labelSelector=app%3Dweb")).await;
    assert_eq!((answer.code, names(&answer.json())), (200, vec!["a".to_owned(), "c".to_owned()]));
    assert_eq!(names(&get(&server, MAPS).await.json()), ["b"]);
}

#[tokio::test]
async fn a_namespace_takes_along_what_is_in_it() {
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
    assert_eq!(lasting.refusal(), (403, "Forbidden".into()));
}

#[tokio::test]
async fn the_usual_namespaces_are_there_from_the_start() {
    let server = start().await;
    let list = get(&server, "/api/v1/namespaces").await.json();
    assert_eq!(names(&list), ["default", "kube-node-lease", "kube-public", "kube-system"]);
    assert_eq!(list["items"][0]["status"]["phase"], "Active");
    assert!(version(&list) > 1_000);
}
