//! Custom resources: served as soon as their definition is created, until it is deleted.

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};

use crate::client::{Next, delete, get, names, post, put, send_with, start, version, watch};

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const OLD_DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions";
const TABS: &str = "/apis/stable.example.org/v1/namespaces/default/crontabs";
const ALL_TABS: &str = "/apis/stable.example.org/v1/crontabs";

fn definition() -> Value {
    let schema = json!({"openAPIV3Schema": {"type": "object"}});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "crontabs.stable.example.org"},
        "spec": {
            "group": "stable.example.org", "scope": "Namespaced",
            "names": {"plural": "crontabs", "kind": "CronTab", "shortNames": ["ct"],
                      "categories": ["all"]},
            "versions": [
                {"name": "v1", "served": true, "storage": true, "schema": schema,
                 "subresources": {"status": {}},
                 "additionalPrinterColumns": [
                    {"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"},
                    {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"},
                    {"name": "Ready", "type": "string", "priority": 1,
                     "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"},
                    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
                 ]},
                {"name": "v1beta1", "served": true, "storage": false, "schema": schema},
                {"name": "v1alpha1", "served": false, "storage": false, "schema": schema},
            ],
        },
    })
}

fn tab(name: &str) -> Value {
    json!({"apiVersion": "stable.example.org/v1", "kind": "CronTab", "metadata": {"name": name},
           "spec": {"cronSpec": "* * * * */5", "replicas": 2}})
}

async fn define(server: &EmbeddedServer, definition: Value) {
    let response = post(server, DEFINITIONS, definition).await;
    assert_eq!(response.code, 201, "{}", response.text);
}

/// Returns the types and statuses of a definition's conditions.
fn conditions(definition: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let conditions = definition["status"]["conditions"].as_array().unwrap();
    conditions.iter().map(|c| (text(&c["type"]), text(&c["status"]))).collect()
}

fn owned(conditions: &[(&str, &str)]) -> Vec<(String, String)> {
    conditions.iter().map(|(kind, status)| ((*kind).to_owned(), (*status).to_owned())).collect()
}

#[tokio::test]
async fn created_definition_is_served_immediately() {
    let server = start().await;
    assert_eq!(get(&server, ALL_TABS).await.code, 404);
    define(&server, definition()).await;
    let mut watch = watch(&server, &format!("{ALL_TABS}?watch=true")).await;
    let created = post(&server, TABS, tab("a")).await;
    assert_eq!(created.code, 201, "{}", created.text);
    watch.expect("ADDED", "a").await;
    let list = get(&server, ALL_TABS).await.json();
    assert_eq!((&list["kind"], names(&list)), (&json!("CronTabList"), vec!["a".to_owned()]));
    assert_eq!(list["items"][0]["kind"], "CronTab");
    let other = get(&server, &TABS.replace("/v1/", "/v1beta1/")).await.json();
    assert_eq!(names(&other), ["a"]);
    assert_eq!(get(&server, &TABS.replace("/v1/", "/v1alpha1/")).await.code, 404);
    let nowhere = post(&server, &TABS.replace("default", "nowhere"), tab("b")).await;
    assert_eq!(nowhere.rejection(), (404, "NotFound".into()));
    assert!(server.store().create(tab("b")).is_ok());
    watch.expect("ADDED", "b").await;
}

#[tokio::test]
async fn discovery_lists_custom_resources() {
    let server = start().await;
    define(&server, definition()).await;
    let group = get(&server, "/apis/stable.example.org").await.json();
    assert_eq!(group["preferredVersion"]["version"], "v1");
    assert_eq!(group["versions"].as_array().unwrap().len(), 2);
    let resources = get(&server, "/apis/stable.example.org/v1").await.json();
    let tabs = &resources["resources"][0];
    assert_eq!(
        (&tabs["name"], &tabs["singularName"], &tabs["kind"], &tabs["namespaced"]),
        (&json!("crontabs"), &json!("crontab"), &json!("CronTab"), &json!(true))
    );
    assert_eq!((&tabs["shortNames"], &tabs["categories"]), (&json!(["ct"]), &json!(["all"])));
    assert!(tabs["verbs"].as_array().unwrap().contains(&json!("watch")));
    assert!(get(&server, "/openapi/v2").await.text.contains("stable.example.org"));
}

#[tokio::test]
async fn created_definition_becomes_established() {
    let server = start().await;
    let from = server.store().current_revision();
    define(&server, definition()).await;
    let mut watch = watch(&server, &format!("{DEFINITIONS}?watch=1&resourceVersion={from}")).await;
    let added = watch.line().await;
    assert_eq!((&added["type"], conditions(&added["object"])), (&json!("ADDED"), vec![]));
    let modified = watch.line().await;
    assert_eq!(modified["type"], "MODIFIED");
    let object = &modified["object"];
    let good = owned(&[("NamesAccepted", "True"), ("Established", "True")]);
    assert_eq!(conditions(object), good);
    assert_eq!(object["status"]["storedVersions"], json!(["v1"]));
    assert_eq!(object["status"]["acceptedNames"]["listKind"], "CronTabList");
    assert_eq!(object["spec"]["names"]["singular"], "crontab");
    // Nothing else was written.
    assert_eq!(server.store().current_revision(), version(object));
}

#[tokio::test]
async fn status_subresource_exists_only_if_declared() {
    let server = start().await;
    define(&server, definition()).await;
    let created = post(&server, TABS, tab("a")).await.json();
    let mut changed = tab("a");
    changed["metadata"]["resourceVersion"] = created["metadata"]["resourceVersion"].clone();
    changed["status"] = json!({"phase": "Done"});
    let path = format!("{TABS}/a");
    assert_eq!(put(&server, &path, changed.clone()).await.json().get("status"), None);
    let status = put(&server, &format!("{path}/status"), changed.clone()).await.json();
    assert_eq!(status["status"]["phase"], "Done");
    let old = path.replace("/v1/", "/v1beta1/");
    changed["apiVersion"] = "stable.example.org/v1beta1".into();
    changed["metadata"]["resourceVersion"] = status["metadata"]["resourceVersion"].clone();
    changed["status"]["phase"] = "Again".into();
    assert_eq!(put(&server, &format!("{old}/status"), changed.clone()).await.code, 404);
    assert_eq!(put(&server, &old, changed).await.json()["status"]["phase"], "Again");
}

#[tokio::test]
async fn tables_have_the_additional_printer_columns() {
    let server = start().await;
    define(&server, definition()).await;
    let mut object = tab("a");
    object["status"] = json!({"conditions": [{"type": "Ready", "status": "True"}]});
    server.store().create(object).unwrap();
    server
        .store()
        .create(json!({"apiVersion": "stable.example.org/v1", "kind": "CronTab",
                                 "metadata": {"name": "b"}}))
        .unwrap();
    let accept = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")];
    let table = send_with(&server, "GET", TABS, "", &accept).await.json();
    let columns: Vec<_> = table["columnDefinitions"].as_array().unwrap().iter().collect();
    let names: Vec<_> = columns.iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Name", "Spec", "Replicas", "Ready", "Age"]);
    assert_eq!((&columns[2]["type"], &columns[3]["priority"]), (&json!("integer"), &json!(1)));
    let cells = table["rows"][0]["cells"].as_array().unwrap();
    assert_eq!(cells[..4], [json!("a"), json!("* * * * */5"), json!(2), json!("True")]);
    assert!(cells[4].as_str().unwrap().ends_with('s'));
    let cells = table["rows"][1]["cells"].as_array().unwrap();
    assert_eq!(cells[..4], [json!("b"), json!(null), json!(null), json!(null)]);
    let path = TABS.replace("/v1/", "/v1beta1/");
    let table = send_with(&server, "GET", &path, "", &accept).await.json();
    assert_eq!(table["columnDefinitions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn deleted_definition_deletes_its_objects_and_ends_their_watches() {
    let server = start().await;
    define(&server, definition()).await;
    for name in ["a", "b"] {
        post(&server, TABS, tab(name)).await;
    }
    let from = server.store().current_revision();
    let mut tabs = watch(&server, &format!("{ALL_TABS}?watch=true&resourceVersion={from}")).await;
    let mut definitions =
        watch(&server, &format!("{DEFINITIONS}?watch=1&resourceVersion={from}")).await;
    let path = format!("{DEFINITIONS}/crontabs.stable.example.org");
    assert_eq!(delete(&server, &path).await.code, 200);
    tabs.expect("DELETED", "a").await;
    tabs.expect("DELETED", "b").await;
    assert_eq!(tabs.next().await, Next::End);
    let ending = definitions.line().await;
    assert!(conditions(&ending["object"]).contains(&("Terminating".into(), "True".into())));
    definitions.expect("DELETED", "crontabs.stable.example.org").await;
    assert_eq!(get(&server, TABS).await.code, 404);
    assert_eq!(get(&server, "/apis/stable.example.org").await.code, 404);
    assert_eq!(post(&server, TABS, tab("c")).await.code, 404);
    // A new definition does not bring the objects back.
    define(&server, definition()).await;
    assert_eq!(names(&get(&server, TABS).await.json()), Vec::<String>::new());
}

#[tokio::test]
async fn updated_definition_changes_the_served_versions() {
    let server = start().await;
    define(&server, definition()).await;
    post(&server, TABS, tab("a")).await;
    let old = TABS.replace("/v1/", "/v1beta1/");
    let mut watch = watch(&server, &format!("{old}?watch=true")).await;
    watch.expect("ADDED", "a").await;
    let mut changed = definition();
    changed["spec"]["versions"][1]["served"] = json!(false);
    changed["spec"]["versions"][2]["served"] = json!(true);
    let path = format!("{DEFINITIONS}/crontabs.stable.example.org");
    let refused = put(&server, &path, changed.clone()).await;
    assert_eq!(refused.rejection(), (422, "Invalid".into()));
    assert!(refused.message().ends_with("must be specified for an update"));
    let current = get(&server, &path).await.json();
    changed["metadata"]["resourceVersion"] = current["metadata"]["resourceVersion"].clone();
    assert_eq!(put(&server, &path, changed.clone()).await.code, 200);
    assert_eq!(watch.next().await, Next::End);
    assert_eq!(get(&server, &old).await.code, 404);
    let list = get(&server, &TABS.replace("/v1/", "/v1alpha1/")).await.json();
    assert_eq!(names(&list), ["a"]);
    let object = get(&server, &path).await.json();
    let good = owned(&[("NamesAccepted", "True"), ("Established", "True")]);
    assert_eq!(conditions(&object), good);
    changed["spec"]["scope"] = "Cluster".into();
    changed["metadata"]["resourceVersion"] = object["metadata"]["resourceVersion"].clone();
    let refused = put(&server, &path, changed).await;
    assert_eq!(refused.rejection(), (422, "Invalid".into()));
    assert!(refused.message().contains("spec.scope"), "{}", refused.message());
}

#[tokio::test]
async fn conflicting_names_are_accepted_once_they_are_free() {
    let server = start().await;
    define(&server, definition()).await;
    let mut second = definition();
    second["metadata"]["name"] = "cronjobs.stable.example.org".into();
    second["spec"]["names"] =
        json!({"plural": "cronjobs", "kind": "CronJob", "shortNames": ["ct"]});
    define(&server, second).await;
    let path = format!("{DEFINITIONS}/cronjobs.stable.example.org");
    let object = get(&server, &path).await.json();
    let bad = owned(&[("NamesAccepted", "False"), ("Established", "False")]);
    assert_eq!(conditions(&object), bad);
    assert_eq!(object["status"]["conditions"][0]["reason"], "ShortNamesConflict");
    let jobs = "/apis/stable.example.org/v1/cronjobs";
    assert_eq!(get(&server, jobs).await.code, 404);
    delete(&server, &format!("{DEFINITIONS}/crontabs.stable.example.org")).await;
    assert_eq!(get(&server, jobs).await.code, 200);
    let good = owned(&[("NamesAccepted", "True"), ("Established", "True")]);
    assert_eq!(conditions(&get(&server, &path).await.json()), good);
}

#[tokio::test]
async fn finalizers_of_a_definition_delay_its_deletion() {
    let server = start().await;
    let mut object = definition();
    object["metadata"]["finalizers"] = json!(["example.com/wait"]);
    define(&server, object).await;
    let path = format!("{DEFINITIONS}/crontabs.stable.example.org");
    assert_eq!(delete(&server, &path).await.code, 200);
    assert_eq!(get(&server, TABS).await.code, 200);
    // With the objects gone, only the definition's own finalizer is left.
    let mut marked = get(&server, &path).await.json();
    assert_eq!(marked["metadata"]["finalizers"], json!(["example.com/wait"]));
    marked["metadata"]["finalizers"] = json!([]);
    assert_eq!(put(&server, &path, marked).await.code, 200);
    assert_eq!(get(&server, TABS).await.code, 404);
    assert_eq!(get(&server, &path).await.code, 404);
}

#[tokio::test]
async fn invalid_definitions_are_rejected_and_dry_runs_serve_nothing() {
    let server = start().await;
    for (pointer, value) in [
        ("/metadata/name", json!("tabs.stable.example.org")),
        ("/spec/group", json!("")),
        ("/spec/scope", json!("Global")),
        ("/spec/scope", json!(null)),
        ("/spec/names/kind", json!(null)),
        ("/spec/versions", json!([])),
        ("/spec/versions/1/storage", json!(true)),
        ("/spec/versions/0/schema", json!(null)),
    ] {
        let mut wrong = definition();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let response = post(&server, DEFINITIONS, wrong).await;
        assert_eq!(response.rejection(), (422, "Invalid".into()), "{pointer}");
    }
    assert_eq!(post(&server, &format!("{DEFINITIONS}?dryRun=All"), definition()).await.code, 201);
    assert_eq!(get(&server, TABS).await.code, 404);
}

#[tokio::test]
async fn v1beta1_definitions_are_served() {
    let server = start().await;
    let old = json!({
        "metadata": {"name": "shirts.old.example.org"},
        "spec": {
            "group": "old.example.org", "version": "v1", "scope": "Cluster",
            "names": {"plural": "shirts", "kind": "Shirt"},
            "subresources": {"status": {}},
            "additionalPrinterColumns": [
                {"name": "Colour", "type": "string", "JSONPath": ".spec.colour"},
            ],
        },
    });
    let response = post(&server, OLD_DEFINITIONS, old).await;
    assert_eq!(response.code, 201, "{}", response.text);
    let shirts = "/apis/old.example.org/v1/shirts";
    let shirt = json!({
        "apiVersion": "old.example.org/v1", "kind": "Shirt",
        "metadata": {"name": "s"}, "spec": {"colour": "blue"}, "status": {"a": 1},
    });
    let created = post(&server, shirts, shirt).await;
    assert_eq!(created.code, 201, "{}", created.text);
    assert_eq!(put(&server, &format!("{shirts}/s/status"), created.json()).await.code, 200);
    let accept = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")];
    let table = send_with(&server, "GET", shirts, "", &accept).await.json();
    assert_eq!(table["rows"][0]["cells"], json!(["s", "blue"]));
}
