//! Creating and updating objects over HTTP, and authentication.

use serde_json::json;

use crate::client::{
    builder, config_map, get, labelled, names, post, put, send, send_with, start, version,
};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const MERGE: &[(&str, &str)] = &[("content-type", "application/merge-patch+json")];

#[tokio::test]
async fn server_sets_system_metadata() {
    let server = start().await;
    let response = post(&server, MAPS, json!({"metadata": {"name": "a", "uid": "mine"}})).await;
    assert_eq!(response.code, 201);
    let object = response.json();
    assert_eq!((&object["kind"], &object["apiVersion"]), (&json!("ConfigMap"), &json!("v1")));
    let metadata = &object["metadata"];
    assert_eq!(metadata["namespace"], "default");
    assert_eq!(metadata["uid"].as_str().unwrap().len(), 36);
    assert_eq!(version(&object), server.store().current_revision());
    let created = metadata["creationTimestamp"].as_str().unwrap();
    assert!(created.len() == 20 && created.ends_with('Z'), "{created}");
    assert_eq!(metadata.get("generation"), None);
    assert_eq!(get(&server, &format!("{MAPS}/a")).await.json(), object);
}

#[tokio::test]
async fn generated_names_are_unique() {
    let server = start().await;
    for _ in 0..2 {
        let response = post(&server, MAPS, json!({"metadata": {"generateName": "run-"}})).await;
        let object = response.json();
        let name = object["metadata"]["name"].as_str().unwrap();
        assert!(name.starts_with("run-") && name.len() == 9, "{name}");
    }
    assert_eq!(names(&get(&server, MAPS).await.json()).len(), 2);
}

fn widget() -> serde_json::Value {
    json!({
        "apiVersion": "example.com/v1", "kind": "Widget",
        "metadata": {"name": "w"}, "spec": {"size": 1},
    })
}

#[tokio::test]
async fn generation_counts_spec_changes() {
    let server = start().await;
    let path = "/apis/example.com/v1/namespaces/default/widgets";
    let mut widget = post(&server, path, widget()).await.json();
    assert_eq!(widget["metadata"]["generation"], 1);
    let path = format!("{path}/w");
    widget["metadata"]["labels"] = json!({"a": "b"});
    let mut widget = put(&server, &path, widget).await.json();
    assert_eq!(widget["metadata"]["generation"], 1);
    widget["spec"]["size"] = 2.into();
    widget["metadata"]["finalizers"] = json!(["example.com/wait"]);
    assert_eq!(put(&server, &path, widget).await.json()["metadata"]["generation"], 2);
    // A deletion that waits is a change, too.
    assert_eq!(send(&server, "DELETE", &path, "").await.json()["metadata"]["generation"], 3);
}

#[tokio::test]
async fn invalid_creates_are_rejected_with_the_reason() {
    let server = start().await;
    server.store().create(config_map("default", "taken")).unwrap();
    let elsewhere = "/api/v1/namespaces/nowhere/configmaps";
    for (path, body, code, reason, message) in [
        (
            MAPS,
            json!({"metadata": {"name": "taken"}}),
            409,
            "AlreadyExists",
            "configmaps \"taken\" already exists",
        ),
        (
            MAPS,
            json!({}),
            422,
            "Invalid",
            "ConfigMap \"\" is invalid: metadata.name: Required value",
        ),
        (
            MAPS,
            json!({"metadata": {"name": "a/b"}}),
            422,
            "Invalid",
            "metadata.name: Invalid value",
        ),
        (
            MAPS,
            config_map("kube-system", "a"),
            400,
            "BadRequest",
            "the namespace of the provided object does not match",
        ),
        (
            elsewhere,
            config_map("nowhere", "a"),
            404,
            "NotFound",
            "namespaces \"nowhere\" not found",
        ),
        (
            MAPS,
            json!({"kind": "Pod", "metadata": {"name": "a"}}),
            400,
            "BadRequest",
            "does not match the one served here",
        ),
        (
            MAPS,
            json!({"metadata": {"name": "a", "resourceVersion": "5"}}),
            500,
            "",
            "should not be set",
        ),
        (
            MAPS,
            json!({"metadata": {"name": "a", "labels": {"n": 1}}}),
            400,
            "BadRequest",
            "not a map of strings",
        ),
        (MAPS, json!({"metadata": "a"}), 400, "BadRequest", "metadata is not an object"),
        (MAPS, json!([1]), 400, "BadRequest", "not an object"),
        (
            "/api/v1/configmaps",
            config_map("default", "a"),
            405,
            "MethodNotAllowed",
            "does not allow this method",
        ),
    ] {
        let response = post(&server, path, body.clone()).await;
        assert_eq!(response.rejection(), (code, reason.to_owned()), "{body}");
        assert!(response.message().contains(message), "{}", response.message());
    }
    let broken = send(&server, "POST", MAPS, "{\"metadata\":").await;
    assert_eq!(broken.rejection(), (400, "BadRequest".into()));
    let cbor = [("content-type", "application/cbor")];
    let response = send_with(&server, "POST", MAPS, "x", &cbor).await;
    assert_eq!(response.rejection(), (415, "UnsupportedMediaType".into()));
    let response = send(&server, "POST", MAPS, vec![b' '; 3 * 1024 * 1024 + 1]).await;
    assert_eq!(response.rejection(), (413, "RequestEntityTooLarge".into()));
    let dry = post(&server, &format!("{MAPS}?dryRun=some"), config_map("default", "dry")).await;
    assert_eq!(dry.code, 422);
    assert_eq!(names(&get(&server, MAPS).await.json()), ["taken"]);
}

#[tokio::test]
async fn stale_version_is_a_conflict_and_no_version_is_not() {
    let server = start().await;
    let path = format!("{MAPS}/a");
    let first = server.store().create(config_map("default", "a")).unwrap();
    let mut object = first.clone();
    object["data"]["greeting"] = "servus".into();
    let second = put(&server, &path, object.clone()).await;
    assert_eq!((second.code, version(&second.json())), (200, version(&first) + 1));
    let stale = put(&server, &path, object.clone()).await;
    assert_eq!(stale.rejection(), (409, "Conflict".into()));
    assert!(stale.message().starts_with("Operation cannot be fulfilled on configmaps \"a\": "));
    object["metadata"]["resourceVersion"] = "".into();
    object["data"]["greeting"] = "grüezi".into();
    assert_eq!(put(&server, &path, object.clone()).await.code, 200);
    object["metadata"]["uid"] = "another".into();
    assert_eq!(put(&server, &path, object).await.rejection(), (409, "Conflict".into()));
}

#[tokio::test]
async fn update_keeps_system_metadata_and_ignores_no_ops() {
    let server = start().await;
    let first = server.store().create(config_map("default", "a")).unwrap();
    let path = format!("{MAPS}/a");
    assert_eq!(put(&server, &path, config_map("default", "a")).await.json(), first);
    assert_eq!(server.store().current_revision(), version(&first));
    let changed = put(&server, &path, json!({"metadata": {"name": "a"}})).await.json();
    for field in ["uid", "creationTimestamp", "namespace"] {
        assert_eq!(changed["metadata"][field], first["metadata"][field]);
    }
    let renamed = put(&server, &path, config_map("default", "b")).await;
    assert_eq!(renamed.rejection(), (400, "BadRequest".into()));
    let missing = put(&server, &format!("{MAPS}/x"), config_map("default", "x")).await;
    assert_eq!(missing.rejection(), (404, "NotFound".into()));
}

#[tokio::test]
async fn status_subresource_changes_only_the_status() {
    let server = start().await;
    let widgets = "/apis/example.com/v1/namespaces/default/widgets";
    let mut body = post(&server, widgets, widget()).await.json();
    let path = format!("{widgets}/w/status");
    body["spec"]["size"] = 9.into();
    body["status"] = json!({"ready": true});
    let object = put(&server, &path, body).await.json();
    assert_eq!((&object["spec"]["size"], &object["status"]["ready"]), (&json!(1), &json!(true)));
    let merged = json!({"spec": {"size": 9}, "status": {"ready": false}}).to_string();
    let object = send_with(&server, "PATCH", &path, merged, MERGE).await.json();
    assert_eq!((&object["spec"]["size"], &object["status"]["ready"]), (&json!(1), &json!(false)));
    assert_eq!(get(&server, &path).await.json(), object);
}

#[tokio::test]
async fn merge_patches_are_applied() {
    let server = start().await;
    server.store().create(labelled("a", "web")).unwrap();
    let path = format!("{MAPS}/a");
    let merged = json!({"metadata": {"labels": {"app": null, "tier": "x"}}, "data": {"n": "1"}});
    let object = send_with(&server, "PATCH", &path, merged.to_string(), MERGE).await.json();
    assert_eq!(object["metadata"]["labels"], json!({"tier": "x"}));
    assert_eq!(object["data"], json!({"greeting": "grüß dich\n✓", "n": "1"}));
    let stale = json!({"metadata": {"resourceVersion": "1001"}}).to_string();
    let response = send_with(&server, "PATCH", &path, stale, MERGE).await;
    assert_eq!(response.rejection(), (409, "Conflict".into()));
    for wrong in ["null", "3", "{\"metadata\":null}"] {
        let response = send_with(&server, "PATCH", &path, wrong, MERGE).await;
        assert_eq!(response.rejection().0, 400, "{wrong}");
    }
    let unknown = [("content-type", "application/json")];
    let response = send_with(&server, "PATCH", &path, "{}", &unknown).await;
    assert_eq!(response.rejection(), (415, "UnsupportedMediaType".into()));
}

#[tokio::test]
async fn reviews_respond_but_are_not_stored() {
    let server = start().await;
    let before = server.store().current_revision();
    let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let response = post(&server, path, json!({"spec": {"namespace": "x"}})).await;
    assert_eq!((response.code, &response.json()["spec"]["namespace"]), (201, &json!("x")));
    assert_eq!(server.store().current_revision(), before);
    assert_eq!(get(&server, path).await.rejection(), (405, "MethodNotAllowed".into()));
}

#[tokio::test]
async fn requests_without_the_token_are_unauthorized() {
    let server = builder().token("s3cret").start().await.unwrap();
    let unauthorized = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "Unauthorized", "reason": "Unauthorized", "code": 401,
    });
    for headers in
        [&[][..], &[("authorization", "Bearer other")], &[("authorization", "Basic s3cret")]]
    {
        let response = send_with(&server, "GET", "/api/v1/pods?watch=true", "", headers).await;
        assert_eq!((response.code, response.json()), (401, unauthorized.clone()));
    }
    let headers = [("authorization", "Bearer s3cret")];
    assert_eq!(send_with(&server, "GET", "/api/v1/pods", "", &headers).await.code, 200);
}
