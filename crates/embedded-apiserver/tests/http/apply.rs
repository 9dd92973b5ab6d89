//! Server-side apply: field owners, conflicts and removed fields. The expected responses were observed on
//! kube-apiserver 1.20.2.

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};

use crate::client::{Response, get, post, put, send_with, start, version};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";

async fn apply(server: &EmbeddedServer, path: &str, parameters: &str, object: &Value) -> Response {
    let headers = [("content-type", "application/apply-patch+yaml")];
    let path = format!("{path}?{parameters}");
    send_with(server, "PATCH", &path, object.to_string(), &headers).await
}

async fn merge(server: &EmbeddedServer, path: &str, patch: Value) -> Value {
    let headers =
        [("content-type", "application/merge-patch+json"), ("user-agent", "curl/8.1 (x)")];
    send_with(server, "PATCH", path, patch.to_string(), &headers).await.json()
}

fn map(data: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data})
}

/// Returns manager, operation and fields of each `managedFields` entry.
fn owners(object: &Value) -> Value {
    let entries = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    entries.iter().map(|e| json!([e["manager"], e["operation"], e["fieldsV1"]])).collect()
}

#[tokio::test]
async fn applied_field_is_owned_until_it_is_no_longer_applied() {
    let server = start().await;
    let path = format!("{MAPS}/a");
    let mut first = map(&json!({"a": "1", "b": "2"}));
    first["metadata"] = json!({"name": "a", "labels": {"l": "1"}, "finalizers": ["x.y/z"]});
    let created = apply(&server, &path, "fieldManager=m1", &first).await;
    assert_eq!(created.code, 201);
    assert_eq!(
        owners(&created.json()),
        json!([["m1", "Apply", {
            "f:data": {"f:a": {}, "f:b": {}},
            "f:metadata": {"f:finalizers": {"v:\"x.y/z\"": {}}, "f:labels": {"f:l": {}}},
        }]])
    );

    let other = map(&json!({"a": "9", "b": "3"}));
    let rejected = apply(&server, &path, "fieldManager=m2", &other).await;
    assert_eq!(rejected.rejection(), (409, "Conflict".into()));
    assert_eq!(
        rejected.message(),
        "Apply failed with 2 conflicts: conflicts with \"m1\":\n- .data.a\n- .data.b"
    );
    let cause = json!({
        "reason": "FieldManagerConflict", "message": "conflict with \"m1\"", "field": ".data.b",
    });
    assert_eq!(rejected.json()["details"]["causes"][1], cause);

    // Fields with equal values are owned by both.
    let other = map(&json!({"a": "9", "b": "2"}));
    let rejected = apply(&server, &path, "fieldManager=m2", &other).await;
    assert_eq!(rejected.message(), "Apply failed with 1 conflict: conflict with \"m1\": .data.a");
    let forced = apply(&server, &path, "fieldManager=m2&force=true", &other).await.json();
    let first_keeps = json!({
        "f:data": {"f:b": {}},
        "f:metadata": {"f:finalizers": {"v:\"x.y/z\"": {}}, "f:labels": {"f:l": {}}},
    });
    assert_eq!(
        owners(&forced),
        json!([["m1", "Apply", first_keeps], ["m2", "Apply", {"f:data": {"f:a": {}, "f:b": {}}}]])
    );

    let patched = merge(&server, &path, json!({"data": {"a": "10", "c": "4"}})).await;
    let by_curl = json!(["curl", "Update", {"f:data": {"f:a": {}, "f:c": {}}}]);
    assert_eq!(
        owners(&patched),
        json!([["m1", "Apply", first_keeps], ["m2", "Apply", {"f:data": {"f:b": {}}}], by_curl])
    );
    let rejected = apply(&server, &path, "fieldManager=m2", &other).await;
    assert_eq!(
        rejected.message(),
        "Apply failed with 1 conflict: conflict with \"curl\" using v1: .data.a"
    );

    let nothing = json!({"apiVersion": "v1", "kind": "ConfigMap"});
    let left = apply(&server, &path, "fieldManager=m1", &nothing).await.json();
    assert_eq!(left["data"], json!({"a": "10", "b": "2", "c": "4"}));
    assert_eq!((left["metadata"].get("labels"), left["metadata"].get("finalizers")), (None, None));
    assert_eq!(owners(&left), json!([["m2", "Apply", {"f:data": {"f:b": {}}}], by_curl]));
}

#[tokio::test]
async fn applying_the_same_configuration_again_changes_nothing() {
    let server = start().await;
    let path = format!("{MAPS}/a");
    let object = map(&json!({"a": "1"}));
    let first = apply(&server, &path, "fieldManager=me", &object).await.json();
    let again = apply(&server, &path, "fieldManager=me", &object).await;
    assert_eq!((again.code, again.json()), (200, first.clone()));
    assert_eq!(server.store().current_revision(), version(&first));
}

#[tokio::test]
async fn items_of_keyed_lists_are_owned_individually() {
    let server = start().await;
    let path = format!("{DEPLOYMENTS}/web");
    let deployment = |containers: Value| {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"spec": {"containers": containers}},
        }})
    };
    let two = deployment(json!([
        {"name": "main", "image": "one", "ports": [{"containerPort": 80}]},
        {"name": "side", "image": "one"},
    ]));
    let created = apply(&server, &path, "fieldManager=me", &two).await.json();
    let port = "k:{\"containerPort\":80,\"protocol\":\"TCP\"}";
    assert_eq!(
        owners(&created)[0][2],
        json!({"f:spec": {
            "f:replicas": {}, "f:selector": {},
            "f:template": {"f:spec": {"f:containers": {
                "k:{\"name\":\"main\"}": {
                    ".": {}, "f:name": {}, "f:image": {},
                    "f:ports": {port: {".": {}, "f:containerPort": {}}},
                },
                "k:{\"name\":\"side\"}": {".": {}, "f:name": {}, "f:image": {}},
            }}},
        }})
    );
    // The other manager's item stays when this manager removes its own.
    let third = json!([{"name": "third", "image": "x"}]);
    let added = json!({"apiVersion": "apps/v1", "kind": "Deployment",
                       "spec": {"template": {"spec": {"containers": third}}}});
    apply(&server, &path, "fieldManager=other", &added).await;
    let one = deployment(json!([{"name": "main", "image": "two"}]));
    let left = apply(&server, &path, "fieldManager=me", &one).await.json();
    assert_eq!(
        left["spec"]["template"]["spec"]["containers"],
        json!([{"name": "main", "image": "two"}, {"name": "third", "image": "x"}])
    );
    let conflicting = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {
        "spec": {"containers": [{"name": "main", "image": "three"}]}}}});
    let rejected = apply(&server, &path, "fieldManager=other", &conflicting).await;
    let field = ".spec.template.spec.containers[name=\"main\"].image";
    assert_eq!(
        rejected.message(),
        format!("Apply failed with 1 conflict: conflict with \"me\": {field}")
    );
    // Scaling becomes the owner of the replicas.
    put(&server, &format!("{path}/scale"), json!({"spec": {"replicas": 7}})).await;
    let rejected = apply(&server, &path, "fieldManager=me", &one).await;
    assert!(
        rejected.message().ends_with("with subresource \"scale\" using apps/v1: .spec.replicas")
    );
}

#[tokio::test]
async fn plain_writes_set_managed_fields() {
    let server = start().await;
    let new = json!({"metadata": {"name": "a"}, "data": {"a": "1", "b": "1"}});
    let mut object = post(&server, &format!("{MAPS}?fieldManager=x"), new).await.json();
    assert_eq!(owners(&object), json!([["x", "Update", {"f:data": {"f:a": {}, "f:b": {}}}]]));
    object["data"] = json!({"a": "2"});
    let path = format!("{MAPS}/a");
    let object = put(&server, &format!("{path}?fieldManager=y"), object).await.json();
    assert_eq!(owners(&object), json!([["y", "Update", {"f:data": {"f:a": {}}}]]));
    // As kubectl does when it migrates to server-side apply.
    let mut entry = object["metadata"]["managedFields"][0].clone();
    entry["operation"] = "Apply".into();
    let patched = merge(&server, &path, json!({"metadata": {"managedFields": [entry]}})).await;
    assert_eq!(owners(&patched), json!([["y", "Apply", {"f:data": {"f:a": {}}}]]));
    let cleared = merge(&server, &path, json!({"metadata": {"managedFields": [{}]}})).await;
    assert_eq!(cleared["metadata"].get("managedFields"), None);
}

#[tokio::test]
async fn status_subresource_has_its_own_managed_fields() {
    let server = start().await;
    let pods = "/api/v1/namespaces/default/pods";
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
                     "spec": {"nodeName": "n"}, "status": {"phase": "Running"}});
    let created = apply(&server, &format!("{pods}/a"), "fieldManager=me", &pod).await.json();
    assert_eq!(created["status"]["phase"], "Pending");
    assert_eq!(owners(&created), json!([["me", "Apply", {"f:spec": {"f:nodeName": {}}}]]));
    let path = format!("{pods}/a/status");
    let running = json!({"apiVersion": "v1", "kind": "Pod", "status": {"phase": "Running"}});
    let object = apply(&server, &path, "fieldManager=kubelet", &running).await.json();
    assert_eq!(object["status"]["phase"], "Running");
    assert_eq!(object["metadata"]["managedFields"][0]["subresource"], "status");
    assert_eq!(owners(&object)[0][2], json!({"f:status": {"f:phase": {}}}));
    assert_eq!(owners(&get(&server, &format!("{pods}/a")).await.json())[1][0], "me");
}

#[tokio::test]
async fn invalid_apply_requests_are_rejected() {
    let server = start().await;
    let path = format!("{MAPS}/a");
    let valid = map(&json!({}));
    let unnamed = apply(&server, &path, "", &valid).await;
    assert_eq!(unnamed.rejection(), (422, "Invalid".into()));
    for (object, why) in [
        (
            json!({"data": {}}),
            "Incorrect version specified in apply patch. Specified patch version: , expected: v1",
        ),
        (
            json!({"apiVersion": "v1", "metadata": {"managedFields": [{"manager": "a"}]}}),
            "metadata.managedFields must be nil",
        ),
        (
            json!({"apiVersion": "v1"}),
            "the name of the object (a based on URL) was undeterminable: name must be provided",
        ),
        (
            json!({"apiVersion": "v1", "metadata": {"name": "b"}}),
            "the name of the object (b) does not match the name on the URL (a)",
        ),
        (json!([1]), "the applied configuration is not an object"),
        (
            json!({"apiVersion": "v1", "metadata": "x"}),
            "the applied configuration is not an object",
        ),
    ] {
        let response = apply(&server, &path, "fieldManager=me", &object).await;
        assert_eq!((response.rejection().0, response.message()), (400, why.to_owned()));
    }
    assert_eq!(get(&server, &path).await.code, 404);
}
