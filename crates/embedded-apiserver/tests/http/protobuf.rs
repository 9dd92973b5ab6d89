//! Protobuf bodies, which kubectl's typed `create` commands send.

use serde_json::json;
use watchable_core::{CatalogEntry, ResourceInfo, Scope};

use crate::catalog::CATALOG;
use crate::client::{builder, get, send_with, start};

const PROTOBUF: [(&str, &str); 2] = [
    ("content-type", "application/vnd.kubernetes.protobuf"),
    ("accept", "application/vnd.kubernetes.protobuf,application/json"),
];
/// The body of `kubectl create namespace shop`, captured from kubectl 1.32.
const NAMESPACE: &[u8] = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x1c\
    \x0a\x14\x0a\x04shop\x12\0\x1a\0\x22\0\x2a\x00\x32\x00\x38\x00\x42\0\x12\0\x1a\x02\x0a\0\x1a\0\x22\0";

#[tokio::test]
async fn protobuf_object_is_stored_like_a_json_object() {
    let server = start().await;
    let created = send_with(&server, "POST", "/api/v1/namespaces", NAMESPACE, &PROTOBUF).await;
    assert_eq!(created.code, 201, "{}", created.text);
    assert_eq!(created.headers["content-type"], "application/json");
    let stored = get(&server, "/api/v1/namespaces/shop").await.json();
    assert_eq!(stored, created.json());
    assert_eq!(stored["status"], json!({"phase": "Active"}));
    assert_eq!(stored["metadata"].get("generateName"), None);
}

#[tokio::test]
async fn unknown_or_truncated_protobuf_is_rejected() {
    let server = start().await;
    let widget = b"k8s\0\x0a\x18\x0a\x0eexample.com/v1\x12\x06Widget\x12\x00";
    let path = "/apis/example.com/v1/namespaces/default/widgets";
    let rejected = send_with(&server, "POST", path, &widget[..], &PROTOBUF).await;
    assert_eq!(rejected.rejection(), (415, "UnsupportedMediaType".into()));
    let truncated =
        send_with(&server, "POST", "/api/v1/namespaces", &NAMESPACE[..30], &PROTOBUF).await;
    assert_eq!(truncated.rejection(), (400, "BadRequest".into()));
}

#[tokio::test]
async fn rules_review_allows_everything() {
    let server = start().await;
    let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let review = json!({"spec": {"namespace": "default"}}).to_string();
    let json = [("content-type", "application/json")];
    let response = send_with(&server, "POST", path, review, &json).await.json();
    assert_eq!(response["status"]["resourceRules"][0]["verbs"], json!(["*"]));
}

/// The body of `kubectl auth whoami`, from kubectl 1.32.
const WHOAMI: &[u8] = b"k8s\x00\x0a-\x0a\x18authentication.k8s.io/v1\
    \x12\x11SelfSubjectReview\x12\x1a\
    \x0a\x10\x0a\x00\x12\x00\x1a\x00\x22\x00*\x002\x008\x00B\x00\x12\x06\x0a\x04\x0a\x00\x12\x00\x1a\x00\x22\x00";

#[tokio::test]
async fn who_one_is_can_be_asked_in_protobuf() {
    let rules = CATALOG.iter().find(|entry| entry.singular == "selfsubjectrulesreview").unwrap();
    let (group, kind) = ("authentication.k8s.io", "SelfSubjectReview");
    let entry = CatalogEntry {
        resource: ResourceInfo::new(group, "v1", kind, "selfsubjectreviews", Scope::Cluster),
        singular: "selfsubjectreview",
        ..rules.clone()
    };
    let server = builder().resource(entry).start().await.unwrap();
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let response = send_with(&server, "POST", path, WHOAMI, &PROTOBUF).await;
    assert_eq!(response.code, 201, "{}", response.text);
    assert_eq!(response.json()["status"]["userInfo"]["username"], "system:anonymous");
}
