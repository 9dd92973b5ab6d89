//! The scale subresource, which `kubectl scale` and autoscalers use.

use serde_json::{Value, json};

use crate::client::{get, post, put, send_with, start};

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";

fn deployment() -> Value {
    json!({
        "metadata": {"name": "web"},
        "spec": {"replicas": 1, "selector": {
            "matchLabels": {"app": "web"},
            "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}],
        }},
    })
}

#[tokio::test]
async fn scale_of_a_deployment_is_read_replaced_and_patched() {
    let server = start().await;
    let created = post(&server, DEPLOYMENTS, deployment()).await.json();
    let path = format!("{DEPLOYMENTS}/web/scale");
    let mut scale = get(&server, &path).await.json();
    assert_eq!((&scale["kind"], &scale["apiVersion"]), (&json!("Scale"), &json!("autoscaling/v1")));
    assert_eq!(scale["metadata"]["resourceVersion"], created["metadata"]["resourceVersion"]);
    assert_eq!(scale["spec"], json!({"replicas": 1}));
    assert_eq!(scale["status"], json!({"replicas": 0, "selector": "app=web,tier in (a,b)"}));
    scale["spec"]["replicas"] = 3.into();
    assert_eq!(put(&server, &path, scale.clone()).await.json()["spec"]["replicas"], 3);
    let deployment = get(&server, &format!("{DEPLOYMENTS}/web")).await.json();
    assert_eq!(
        (&deployment["spec"]["replicas"], &deployment["metadata"]["generation"]),
        (&json!(3), &json!(2))
    );
    // The version is stale.
    assert_eq!(put(&server, &path, scale).await.rejection(), (409, "Conflict".into()));
    let merge = [("content-type", "application/merge-patch+json")];
    let patched = send_with(&server, "PATCH", &path, r#"{"spec":{"replicas":5}}"#, &merge).await;
    assert_eq!(patched.json()["spec"]["replicas"], 5);
    let negative = send_with(&server, "PATCH", &path, r#"{"spec":{"replicas":-1}}"#, &merge).await;
    assert_eq!(negative.rejection(), (422, "Invalid".into()));
    let none = get(&server, "/api/v1/namespaces/default/configmaps/web/scale").await;
    assert_eq!(none.rejection(), (404, "NotFound".into()));
}

#[tokio::test]
async fn scale_of_a_custom_resource_uses_the_declared_paths() {
    let server = start().await;
    let definition = json!({
        "metadata": {"name": "crews.ships.example"},
        "spec": {
            "group": "ships.example", "scope": "Namespaced",
            "names": {"plural": "crews", "kind": "Crew"},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object"}},
                "subresources": {"scale": {
                    "specReplicasPath": ".spec.hands", "statusReplicasPath": ".status.hands",
                }},
            }],
        },
    });
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    assert_eq!(post(&server, definitions, definition).await.code, 201);
    let crews = "/apis/ships.example/v1/namespaces/default/crews";
    let crew = json!({
        "apiVersion": "ships.example/v1", "kind": "Crew",
        "metadata": {"name": "a"}, "spec": {"hands": 2},
    });
    post(&server, crews, crew).await;
    let path = format!("{crews}/a/scale");
    let mut scale = get(&server, &path).await.json();
    assert_eq!(scale["spec"]["replicas"], 2);
    scale["spec"]["replicas"] = 9.into();
    put(&server, &path, scale).await;
    assert_eq!(get(&server, &format!("{crews}/a")).await.json()["spec"]["hands"], 9);
}

#[tokio::test]
async fn discovery_lists_subresources_and_categories() {
    let server = start().await;
    let list = get(&server, "/apis/apps/v1").await.json();
    let named = |name: &str| {
        let all = list["resources"].as_array().unwrap();
        all.iter().find(|r| r["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    assert_eq!(named("deployments")["categories"], json!(["all"]));
    assert_eq!(named("deployments/status")["kind"], "Deployment");
    let scale = named("deployments/scale");
    assert_eq!(
        (&scale["group"], &scale["version"], &scale["kind"]),
        (&json!("autoscaling"), &json!("v1"), &json!("Scale"))
    );
    assert_eq!(scale["verbs"], json!(["get", "patch", "update"]));
}
