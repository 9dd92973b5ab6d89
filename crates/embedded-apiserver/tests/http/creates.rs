//! Creating objects: names, the initial status, and preconditions.

use serde_json::json;

use crate::client::{get, post, send, start};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const PODS: &str = "/api/v1/namespaces/default/pods";

#[tokio::test]
async fn malformed_name_has_a_real_servers_message() {
    let server = start().await;
    let response = post(&server, MAPS, json!({"metadata": {"name": "Not_A_Name"}})).await;
    assert_eq!(response.rejection(), (422, "Invalid".into()));
    assert!(response.message().starts_with(
        r#"ConfigMap "Not_A_Name" is invalid: metadata.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"#
    ));
    let cause = &response.json()["details"]["causes"][0];
    assert_eq!(
        (&cause["reason"], &cause["field"]),
        (&json!("FieldValueInvalid"), &json!("metadata.name"))
    );
    let dotted = json!({"metadata": {"name": "a.b"}});
    assert_eq!(post(&server, MAPS, dotted.clone()).await.code, 201);
    let response = post(&server, "/api/v1/namespaces", dotted).await;
    assert!(response.message().contains("a lowercase RFC 1123 label must consist"));
    let generated = json!({"metadata": {"generateName": "A-"}});
    assert_eq!(post(&server, MAPS, generated).await.rejection(), (422, "Invalid".into()));
}

#[tokio::test]
async fn created_object_gets_the_initial_status_except_for_nodes() {
    let server = start().await;
    let running = json!({"metadata": {"name": "a"}, "status": {"phase": "Running"}});
    let pod = post(&server, PODS, running.clone()).await.json();
    assert_eq!(pod["status"], json!({"phase": "Pending", "qosClass": "BestEffort"}));
    let node = post(&server, "/api/v1/nodes", running.clone()).await.json();
    assert_eq!(node["status"]["phase"], "Running");
    // The program's own store keeps a given status without a second write.
    let mut own = running;
    own["kind"] = "Pod".into();
    own["apiVersion"] = "v1".into();
    own["metadata"]["name"] = "b".into();
    assert_eq!(server.store().create(own).unwrap()["status"]["phase"], "Running");
    let bare = json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "c"}});
    assert_eq!(server.store().create(bare).unwrap()["status"]["phase"], "Pending");
}

#[tokio::test]
async fn failed_preconditions_name_both_values() {
    let server = start().await;
    let created = post(&server, MAPS, json!({"metadata": {"name": "a"}})).await.json();
    let uid = created["metadata"]["uid"].as_str().unwrap();
    let path = format!("{MAPS}/a");
    for (field, expected, message) in [
        (
            "uid",
            "another",
            format!(
                "the UID in the precondition (another) does not match the UID in record ({uid}). The object might have been deleted and then recreated"
            ),
        ),
        (
            "resourceVersion",
            "7",
            format!(
                "the ResourceVersion in the precondition (7) does not match the ResourceVersion in record ({}). The object might have been modified",
                created["metadata"]["resourceVersion"].as_str().unwrap()
            ),
        ),
    ] {
        let options = json!({"preconditions": {field: expected}}).to_string();
        let response = send(&server, "DELETE", &path, options).await;
        assert_eq!(response.rejection(), (409, "Conflict".into()));
        assert_eq!(
            response.message(),
            format!("Operation cannot be fulfilled on ConfigMap \"a\": {message}")
        );
    }
    assert_eq!(get(&server, &path).await.code, 200);
}
