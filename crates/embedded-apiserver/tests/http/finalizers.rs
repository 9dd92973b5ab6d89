//! Deletions that finalizers delay: of objects, and of the namespaces and definitions with the objects.

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};

use crate::client::{
    Next, Response, config_map, delete, get, namespace, post, send_with, start, watch,
};

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// An object with a finalizer of its own.
fn held(mut object: Value) -> Value {
    object["metadata"]["finalizers"] = json!(["example.com/wait"]);
    object
}

async fn release(server: &EmbeddedServer, path: &str) -> Response {
    let headers = [("content-type", "application/merge-patch+json")];
    send_with(server, "PATCH", path, r#"{"metadata":{"finalizers":null}}"#, &headers).await
}

/// Returns the types of a finished watch's events, with the number of finalizers of each object.
async fn events(server: &EmbeddedServer, path: &str, from: u64) -> Vec<(String, usize)> {
    let path = format!("{path}?watch=true&timeoutSeconds=1&resourceVersion={from}");
    let lines = watch(server, &path).await.rest().await;
    let finalizers =
        |line: &Value| line["object"]["metadata"]["finalizers"].as_array().map_or(0, Vec::len);
    lines.iter().map(|line| (line["type"].as_str().unwrap().to_owned(), finalizers(line))).collect()
}

fn owned(events: &[(&str, usize)]) -> Vec<(String, usize)> {
    events.iter().map(|(kind, finalizers)| ((*kind).to_owned(), *finalizers)).collect()
}

#[tokio::test]
async fn namespace_waits_for_the_finalizers_of_its_objects() {
    let server = start().await;
    server.store().create(namespace("shop")).unwrap();
    server.store().create(held(config_map("shop", "a"))).unwrap();
    server.store().create(config_map("shop", "b")).unwrap();
    let terminating = delete(&server, "/api/v1/namespaces/shop").await.json();
    assert_eq!(terminating["status"]["phase"], "Terminating");
    let maps = "/api/v1/namespaces/shop/configmaps";
    let left = get(&server, maps).await.json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1, "{left}");
    assert!(left["items"][0]["metadata"]["deletionTimestamp"].is_string(), "{left}");
    let rejected = post(&server, maps, config_map("shop", "c")).await;
    assert_eq!(rejected.rejection(), (403, "Forbidden".into()));
    assert_eq!(
        rejected.json()["details"]["causes"],
        json!([{
            "reason": "NamespaceTerminating",
            "message": "namespace shop is being terminated",
            "field": "metadata.namespace",
        }])
    );
    // Deleting it once more changes nothing.
    let again = delete(&server, "/api/v1/namespaces/shop").await.json();
    assert_eq!(again, terminating);
    assert_eq!(release(&server, &format!("{maps}/a")).await.code, 200);
    assert_eq!(get(&server, "/api/v1/namespaces/shop").await.code, 404);
    assert_eq!(post(&server, maps, config_map("shop", "c")).await.code, 404);
}

#[tokio::test]
async fn finalizer_of_a_namespace_outlasts_its_objects() {
    let server = start().await;
    server.store().create(held(namespace("shop"))).unwrap();
    server.store().create(held(config_map("shop", "a"))).unwrap();
    delete(&server, "/api/v1/namespaces/shop").await;
    assert_eq!(release(&server, "/api/v1/namespaces/shop").await.code, 200);
    // Its object still has one.
    assert_eq!(get(&server, "/api/v1/namespaces/shop").await.code, 200);
    assert_eq!(release(&server, "/api/v1/namespaces/shop/configmaps/a").await.code, 200);
    assert_eq!(get(&server, "/api/v1/namespaces/shop").await.code, 404);
}

#[tokio::test]
async fn definition_waits_for_the_finalizers_of_its_objects() {
    let server = start().await;
    let definition = json!({
        "metadata": {"name": "tabs.example.org"},
        "spec": {
            "group": "example.org", "scope": "Cluster", "names": {"plural": "tabs", "kind": "Tab"},
            "versions": [{"name": "v1", "served": true, "storage": true,
                          "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    });
    assert_eq!(post(&server, DEFINITIONS, definition).await.code, 201);
    let (tabs, path) = ("/apis/example.org/v1/tabs", format!("{DEFINITIONS}/tabs.example.org"));
    let tab = |name: &str| json!({"apiVersion": "example.org/v1", "kind": "Tab", "metadata": {"name": name}});
    post(&server, tabs, tab("a")).await;
    assert_eq!(post(&server, tabs, held(tab("b"))).await.code, 201);
    let from = server.store().current_revision();
    let mut watch = watch(&server, &format!("{tabs}?watch=true&resourceVersion={from}")).await;
    let deleted = delete(&server, &path).await.json();
    let cleanup = json!(["customresourcecleanup.apiextensions.k8s.io"]);
    assert_eq!(deleted["metadata"]["finalizers"], cleanup);
    watch.expect("DELETED", "a").await;
    watch.expect("MODIFIED", "b").await;
    let rejected = post(&server, tabs, tab("c")).await;
    assert_eq!(rejected.rejection(), (403, "Forbidden".into()));
    assert!(
        rejected
            .message()
            .ends_with("create not allowed while custom resource definition is terminating")
    );
    assert_eq!(get(&server, tabs).await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(get(&server, &path).await.json()["metadata"]["finalizers"], cleanup);
    assert_eq!(release(&server, &format!("{tabs}/b")).await.code, 200);
    watch.expect("DELETED", "b").await;
    assert!(matches!(watch.next().await, Next::End));
    assert_eq!((get(&server, &path).await.code, get(&server, tabs).await.code), (404, 404));
}

#[tokio::test]
async fn propagation_policy_is_a_finalizer_that_the_garbage_collector_removes() {
    let server = start().await;
    let maps = "/api/v1/namespaces/default/configmaps";
    for (policy, finalizer) in [("Foreground", "foregroundDeletion"), ("Orphan", "orphan")] {
        server.store().create(config_map("default", "a")).unwrap();
        let from = server.store().current_revision();
        let deleted = delete(&server, &format!("{maps}/a?propagationPolicy={policy}")).await.json();
        assert_eq!(deleted["metadata"]["finalizers"], json!([finalizer]));
        assert!(deleted["metadata"]["deletionTimestamp"].is_string());
        assert_eq!(get(&server, &format!("{maps}/a")).await.code, 404);
        assert_eq!(events(&server, maps, from).await, owned(&[("MODIFIED", 1), ("DELETED", 1)]));
    }
    server.store().create(config_map("default", "a")).unwrap();
    let status = delete(&server, &format!("{maps}/a?propagationPolicy=Background")).await.json();
    assert_eq!(status["kind"], "Status");
    // Other finalizers still delay the deletion.
    server.store().create(held(config_map("default", "a"))).unwrap();
    let from = server.store().current_revision();
    delete(&server, &format!("{maps}/a?propagationPolicy=Foreground")).await;
    assert_eq!(events(&server, maps, from).await, owned(&[("MODIFIED", 2), ("MODIFIED", 1)]));
}
