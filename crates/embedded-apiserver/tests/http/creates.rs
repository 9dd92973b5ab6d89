//! Creating: which names may be had, and whose word counts on the status.

use serde_json::json;

use crate::client::{get, post, send, start};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const PODS: &str = "/api/v1/namespaces/default/pods";

#[tokio::test]
async fn a_name_that_is_none_is_invalid_in_a_real_servers_words() {
    let server = start().await;
    let answer = post(&server, MAPS, json!({"metadata": {"name": "Not_A_Name"}})).await;
    assert_eq!(answer.refusal(), (422, "Invalid".into()));
    assert!(answer.message().starts_with(
        r#"ConfigMap "Not_A_Name" is invalid: metadata.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"#
    ));
    let cause = &answer.json()["details"]["causes"][0];
    assert_eq!(
        (&cause["reason"], &cause["field"]),
        (&json!("FieldValueInvalid"), &json!("metadata.name"))
    );
    let dotted = json!({"metadata": {"name": "a.b"}});
    assert_eq!(post(&server, MAPS, dotted.clone()).await.code, 201);
    let answer = post(&server, "/api/v1/namespaces", dotted).await;
    assert!(answer.message().contains("a lowercase RFC 1123 label must consist"));
    let generated = json!({"metadata": {"generateName": "A-"}});
    assert_eq!(post(&server, MAPS, generated).await.refusal(), (422, "Invalid".into()));
}

#[tokio::test]
async fn the_status_of_a_new_object_is_the_servers_but_a_nodes_its_own() {
    let server = start().await;
    let running = json!({"metadata": {"name": "a"}, "status": {"phase": "Running"}});
    let pod = post(&server, PODS, running.clone()).await.json();
    assert_eq!(pod["status"], json!({"phase": "Pending", "qosClass": "BestEffort"}));
    let node = post(&server, "/api/v1/nodes", running.clone()).await.json();
    assert_eq!(node["status"]["phase"], "Running");
    // A program's own store needs no second write for it.
    let mut own = running;
    own["kind"] = "Pod".into();
    own["apiVersion"] = "v1".into();
    own["metadata"]["name"] = "b".into();
    assert_eq!(server.store().create(own).unwrap()["status"]["phase"], "Running");
    let bare = json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "c"}});
    assert_eq!(server.store().create(bare).unwrap()["status"]["phase"], "Pending");
}

#[tokio::test]
async fn preconditions_tell_what_was_meant_and_what_is_there() {
    let server = start().await;
    let made = post(&server, MAPS, json!({"metadata": {"name": "a"}})).await.json();
    let uid = made["metadata"]["uid"].as_str().unwrap();
    let path = format!("{MAPS}/a");
    for (field, asked, told) in [
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
                made["metadata"]["resourceVersion"].as_str().unwrap()
            ),
        ),
    ] {
        let options = json!({"preconditions": {field: asked}}).to_string();
        let answer = send(&server, "DELETE", &path, options).await;
        assert_eq!(answer.refusal(), (409, "Conflict".into()));
        assert_eq!(
            answer.message(),
            format!("Operation cannot be fulfilled on ConfigMap \"a\": {told}")
        );
    }
    assert_eq!(get(&server, &path).await.code, 200);
}
