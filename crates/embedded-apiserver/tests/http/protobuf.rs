//! Protobuf, which kubectl's own kinds of `create` send.

use serde_json::json;

use crate::client::{get, send_with, start};

const PROTOBUF: [(&str, &str); 2] = [
    ("content-type", "application/vnd.kubernetes.protobuf"),
    ("accept", "application/vnd.kubernetes.protobuf,application/json"),
];
/// What `kubectl create namespace shop` of 1.32 was seen to send.
const NAMESPACE: &[u8] = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x1c\
    \x0a\x14\x0a\x04shop\x12\0\x1a\0\x22\0\x2a\x00\x32\x00\x38\x00\x42\0\x12\0\x1a\x02\x0a\0\x1a\0\x22\0";

#[tokio::test]
async fn an_object_in_protobuf_is_kept_like_one_in_json() {
    let server = start().await;
    let made = send_with(&server, "POST", "/api/v1/namespaces", NAMESPACE, &PROTOBUF).await;
    assert_eq!(made.code, 201, "{}", made.text);
    assert_eq!(made.headers["content-type"], "application/json");
    let there = get(&server, "/api/v1/namespaces/shop").await.json();
    assert_eq!(there, made.json());
    assert_eq!(there["status"], json!({"phase": "Active"}));
    assert_eq!(there["metadata"].get("generateName"), None);
}

#[tokio::test]
async fn protobuf_that_is_not_known_or_not_whole_is_refused() {
    let server = start().await;
    let widget = b"k8s\0\x0a\x18\x0a\x0eexample.com/v1\x12\x06Widget\x12\x00";
    let path = "/apis/example.com/v1/namespaces/default/widgets";
    let refused = send_with(&server, "POST", path, &widget[..], &PROTOBUF).await;
    assert_eq!(refused.refusal(), (415, "UnsupportedMediaType".into()));
    let cut = send_with(&server, "POST", "/api/v1/namespaces", &NAMESPACE[..30], &PROTOBUF).await;
    assert_eq!(cut.refusal(), (400, "BadRequest".into()));
}

#[tokio::test]
async fn everybody_may_do_everything() {
    let server = start().await;
    let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let review = json!({"spec": {"namespace": "default"}}).to_string();
    let json = [("content-type", "application/json")];
    let answer = send_with(&server, "POST", path, review, &json).await.json();
    assert_eq!(answer["status"]["resourceRules"][0]["verbs"], json!(["*"]));
}
