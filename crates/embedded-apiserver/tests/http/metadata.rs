//! Validation of metadata, and the form in which objects are stored.

use serde_json::{Value, json};

use crate::client::{config_map, get, post, send, send_with, start};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const WIDGETS: &str = "/apis/example.com/v1/namespaces/default/widgets";
const MERGE: &[(&str, &str)] = &[("content-type", "application/merge-patch+json")];

#[tokio::test]
async fn wrong_metadata_is_invalid_in_each_write() {
    let server = start().await;
    let path = format!("{MAPS}/a");
    server.store().create(config_map("default", "a")).unwrap();
    let owner = json!({"name": "a", "uid": "1", "controller": true});
    for (metadata, field) in [
        (json!({"labels": {"a b": ""}}), "metadata.labels"),
        (json!({"labels": {"a": "b/c"}}), "metadata.labels"),
        (json!({"annotations": {"/a": ""}}), "metadata.annotations"),
        (json!({"finalizers": ["x"]}), "metadata.finalizers[0]"),
        (json!({"ownerReferences": [owner]}), "metadata.ownerReferences.apiVersion"),
    ] {
        let patch = json!({"metadata": metadata});
        let mut object = config_map("default", "b");
        for (name, value) in metadata.as_object().unwrap() {
            object["metadata"][name] = value.clone();
        }
        let mut update = object.clone();
        update["metadata"]["name"] = "a".into();
        for response in [
            post(&server, MAPS, object).await,
            send(&server, "PUT", &path, update.to_string()).await,
            send_with(&server, "PATCH", &path, patch.to_string(), MERGE).await,
        ] {
            assert_eq!(response.rejection(), (422, "Invalid".into()), "{field}");
            let causes = &response.json()["details"]["causes"];
            assert_eq!(causes[0]["field"], field);
        }
    }
    let wrong = json!({"metadata": {"name": "b", "ownerReferences": [{"name": 1}]}});
    assert_eq!(post(&server, MAPS, wrong).await.rejection(), (400, "BadRequest".into()));
    assert_eq!(get(&server, &path).await.json()["metadata"].get("labels"), None);
}

#[tokio::test]
async fn empty_fields_are_left_out() {
    let server = start().await;
    let body = json!({
        "metadata": {"name": "a", "labels": null, "annotations": {}, "finalizers": []},
        "data": null, "binaryData": {},
    });
    let object = post(&server, MAPS, body).await.json();
    let metadata = object["metadata"].as_object().unwrap();
    for field in ["labels", "annotations", "finalizers"] {
        assert!(!metadata.contains_key(field), "{field}");
    }
    assert_eq!((object.get("data"), object.get("binaryData")), (None, None));
    // The fields of a custom object can be null.
    let widget = json!({
        "apiVersion": "example.com/v1", "kind": "Widget",
        "metadata": {"name": "w", "labels": null, "finalizers": ["x"]}, "spec": {"size": null},
    });
    let widget = post(&server, WIDGETS, widget).await.json();
    assert_eq!(widget["spec"].get("size"), Some(&Value::Null));
    assert_eq!(widget["metadata"].get("labels"), None);
}

#[tokio::test]
async fn custom_objects_must_name_their_type() {
    let server = start().await;
    let widget = |api_version: &str, kind: &str| {
        let metadata = json!({"name": "w"});
        json!({"apiVersion": api_version, "kind": kind, "metadata": metadata})
    };
    for (widget, code, message) in [
        (json!({"metadata": {"name": "w"}}), 400, "Object 'Kind' is missing in '{"),
        (widget("example.com/v9", "Widget"), 400, "the API version in the data (example.com/v9)"),
        (widget("example.com/v1", "Gadget"), 422, "Invalid value: \"Gadget\": must be Widget"),
    ] {
        let response = post(&server, WIDGETS, widget).await;
        assert_eq!(response.rejection().0, code);
        assert!(response.message().contains(message), "{}", response.message());
    }
    assert_eq!(post(&server, WIDGETS, widget("example.com/v1", "Widget")).await.code, 201);
}

#[tokio::test]
async fn an_object_that_is_being_deleted_gets_no_new_finalizer() {
    let server = start().await;
    let mut object = config_map("default", "a");
    object["metadata"]["finalizers"] = json!(["a.b/c", "a.b/d"]);
    server.store().create(object).unwrap();
    let path = format!("{MAPS}/a");
    send(&server, "DELETE", &path, "").await;
    let patch = |names: Value| json!({"metadata": {"finalizers": names}}).to_string();
    let added = patch(json!(["a.b/c", "new/one"]));
    let response = send_with(&server, "PATCH", &path, added, MERGE).await;
    assert_eq!(response.rejection(), (422, "Invalid".into()));
    assert!(response.message().ends_with(
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"new/one\"}"
    ));
    let removed = patch(json!(["a.b/d"]));
    assert_eq!(send_with(&server, "PATCH", &path, removed, MERGE).await.code, 200);
}

#[tokio::test]
async fn a_patch_changes_no_system_field() {
    let server = start().await;
    server.store().create(config_map("default", "a")).unwrap();
    let path = format!("{MAPS}/a");
    for (field, value) in [("uid", "1"), ("deletionTimestamp", "2026-01-01T00:00:00Z")] {
        let patch = json!({"metadata": {field: value}}).to_string();
        let response = send_with(&server, "PATCH", &path, patch, MERGE).await;
        assert_eq!(response.rejection(), (422, "Invalid".into()));
        let expected = format!("metadata.{field}: Invalid value: {value:?}: field is immutable");
        assert!(response.message().ends_with(&expected), "{}", response.message());
    }
    let forced = send_with(&server, "PATCH", &format!("{path}?force=true"), "{}", MERGE).await;
    assert_eq!(
        forced.message(),
        "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch"
    );
}
