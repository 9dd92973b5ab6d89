//! Features that kubectl needs: tables, patches, dry runs, finalizers and field selectors.

use serde_json::{Value, json};

use crate::client::{
    config_map, delete, get, names, post, put, send, send_with, start, version, watch, watch_with,
};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const PODS: &str = "/api/v1/namespaces/default/pods";

fn pod(name: &str, node: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {"nodeName": node, "containers": [{"name": "main", "image": "example:1"}]},
        "status": {"phase": "Running",
                   "containerStatuses": [{"name": "main", "ready": true, "restartCount": 2}]},
    })
}

#[tokio::test]
async fn tables_send_column_definitions_once_per_watch() {
    let server = start().await;
    server.store().create(pod("a", "n1")).unwrap();
    let table = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")];
    let list = send_with(&server, "GET", PODS, "", &table).await.json();
    let columns: Vec<_> =
        list["columnDefinitions"].as_array().unwrap().iter().map(|c| c["name"].clone()).collect();
    assert_eq!(columns[..5], ["Name", "Ready", "Status", "Restarts", "Age"]);
    let cells = list["rows"][0]["cells"].as_array().unwrap();
    assert_eq!(cells[..4], ["a", "1/1", "Running", "2"]);
    assert_eq!(cells[6], "n1");
    assert_eq!(list["rows"][0]["object"]["kind"], "PartialObjectMetadata");
    let mut watch = watch_with(&server, &format!("{PODS}?watch=true"), &table).await;
    let first = watch.line().await;
    assert_eq!((&first["type"], &first["object"]["kind"]), (&json!("ADDED"), &json!("Table")));
    assert!(first["object"]["columnDefinitions"].is_array());
    server.store().create(pod("b", "n1")).unwrap();
    let second = watch.line().await;
    assert_eq!(second["object"]["columnDefinitions"], Value::Null);
    assert_eq!(second["object"]["rows"][0]["cells"][0], "b");
}

#[tokio::test]
async fn partial_object_metadata_in_lists_gets_and_watches() {
    let server = start().await;
    let full = server.store().create(config_map("default", "a")).unwrap();
    let alone = [("accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")];
    let expected = json!({
        "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
        "metadata": full["metadata"],
    });
    assert_eq!(send_with(&server, "GET", &format!("{MAPS}/a"), "", &alone).await.json(), expected);
    let refused = send_with(&server, "GET", MAPS, "", &alone).await;
    assert_eq!(refused.rejection(), (406, "NotAcceptable".into()));
    assert_eq!(
        refused.message(),
        "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)"
    );
    let listed = [("accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")];
    let list = send_with(&server, "GET", MAPS, "", &listed).await.json();
    assert_eq!((&list["items"][0], version(&list)), (&expected, version(&full)));
    let refused = send_with(&server, "GET", &format!("{MAPS}/a"), "", &listed).await;
    assert_eq!(refused.rejection(), (406, "NotAcceptable".into()));
    let mut watch = watch_with(&server, &format!("{MAPS}?watch=true"), &alone).await;
    assert_eq!(watch.line().await["object"], expected);
}

#[tokio::test]
async fn json_strategic_and_apply_patches_are_applied() {
    let server = start().await;
    server.store().create(pod("a", "n1")).unwrap();
    let path = format!("{PODS}/a");
    let send_patch = async |kind: &str, path: &str, patch: Value| {
        let kind = format!("application/{kind}");
        let headers = [("content-type", kind.as_str())];
        send_with(&server, "PATCH", path, patch.to_string(), &headers).await
    };
    let containers = json!({"spec": {"containers": [{"name": "side", "image": "side:1"}]}});
    let object = send_patch("strategic-merge-patch+json", &path, containers).await.json();
    assert_eq!(object["spec"]["containers"].as_array().unwrap().len(), 2);
    let replace = json!([{"op": "replace", "path": "/spec/containers/1/image", "value": "side:2"}]);
    let object = send_patch("json-patch+json", &path, replace).await.json();
    assert_eq!(object["spec"]["containers"][1]["image"], "side:2");
    let wrong = json!([{"op": "test", "path": "/spec/nodeName", "value": "other"}]);
    for wrong in [wrong, json!([{"op": "none", "path": "/a"}])] {
        let refused = send_patch("json-patch+json", &path, wrong).await;
        assert_eq!(refused.rejection(), (422, "Invalid".into()));
        let message = "the server rejected our request due to an error in our request";
        assert_eq!((refused.message(), &refused.json()["details"]), (message.into(), &json!({})));
    }
    let applied = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "new"}, "data": {"k": "v"}});
    let path = format!("{MAPS}/new?fieldManager=me");
    assert_eq!(send_patch("apply-patch+yaml", &path, applied.clone()).await.code, 201);
    assert_eq!(send_patch("apply-patch+yaml", &path, applied).await.code, 200);
    let widget =
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}});
    post(&server, "/apis/example.com/v1/namespaces/default/widgets", widget).await;
    let path = "/apis/example.com/v1/namespaces/default/widgets/w";
    assert_eq!(send_patch("strategic-merge-patch+json", path, json!({})).await.rejection().0, 415);
}

#[tokio::test]
async fn dry_run_responds_but_stores_nothing() {
    let server = start().await;
    server.store().create(config_map("default", "a")).unwrap();
    let before = server.store().current_revision();
    let dry = post(&server, &format!("{MAPS}?dryRun=All"), config_map("default", "b")).await;
    assert_eq!((dry.code, &dry.json()["metadata"]["name"]), (201, &json!("b")));
    let path = format!("{MAPS}/a?dryRun=All");
    let changed = put(&server, &path, json!({"metadata": {"name": "a"}})).await.json();
    assert_eq!(changed.get("data"), None);
    assert_eq!(delete(&server, &path).await.code, 200);
    let options = json!({"dryRun": ["All"]}).to_string();
    assert_eq!(send(&server, "DELETE", &format!("{MAPS}/a"), options).await.code, 200);
    assert_eq!(delete(&server, &format!("{MAPS}?dryRun=All")).await.code, 200);
    assert_eq!(server.store().current_revision(), before);
    assert_eq!(names(&get(&server, MAPS).await.json()), ["a"]);
}

#[tokio::test]
async fn finalizers_delay_the_deletion() {
    let server = start().await;
    let mut object = config_map("default", "a");
    object["metadata"]["finalizers"] = json!(["example.com/wait"]);
    server.store().create(object).unwrap();
    let from = server.store().current_revision();
    let mut watch = watch(&server, &format!("{MAPS}?watch=true&resourceVersion={from}")).await;
    let path = format!("{MAPS}/a");
    let mut marked = delete(&server, &path).await.json();
    assert_eq!(marked["kind"], "ConfigMap");
    assert!(marked["metadata"]["deletionTimestamp"].is_string());
    watch.expect("MODIFIED", "a").await;
    let again = delete(&server, &path).await.json();
    assert_eq!(version(&again), version(&marked));
    marked["metadata"]["finalizers"] = json!([]);
    assert_eq!(put(&server, &path, marked).await.code, 200);
    watch.expect("DELETED", "a").await;
    assert_eq!(get(&server, &path).await.code, 404);
}

#[tokio::test]
async fn plain_update_ignores_the_status() {
    let server = start().await;
    server.store().create(pod("a", "n1")).unwrap();
    let mut changed = pod("a", "n2");
    changed["status"]["phase"] = "Failed".into();
    let object = put(&server, &format!("{PODS}/a"), changed.clone()).await.json();
    assert_eq!(
        (&object["spec"]["nodeName"], &object["status"]["phase"]),
        (&json!("n2"), &json!("Running"))
    );
    let object = put(&server, &format!("{PODS}/a/status"), changed).await.json();
    assert_eq!(object["status"]["phase"], "Failed");
}

#[tokio::test]
async fn supported_field_selectors_match_real_servers() {
    let server = start().await;
    for (name, node) in [("a", "n1"), ("b", "n2")] {
        server.store().create(pod(name, node)).unwrap();
    }
    let list =
        get(&server, &format!("{PODS}?fieldSelector=spec.nodeName%3Dn2,status.phase%21%3DFailed"))
            .await;
    assert_eq!(names(&list.json()), ["b"]);
    let wrong = get(&server, &format!("{MAPS}?fieldSelector=spec.nodeName%3Dn2")).await;
    assert_eq!(wrong.rejection(), (400, "BadRequest".into()));
}
