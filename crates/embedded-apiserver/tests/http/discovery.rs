//! Discovery, health, and paths that lead nowhere.

use serde_json::{Value, json};

use crate::client::{builder, get, post, send_with, start};

#[tokio::test]
async fn the_version_is_the_releases() {
    let server = builder().release("1.17").start().await.unwrap();
    let version = get(&server, "/version").await.json();
    assert_eq!(
        (&version["major"], &version["minor"], &version["gitVersion"]),
        (&json!("1"), &json!("17"), &json!("v1.17.0"))
    );
    assert!(builder().release("newest").start().await.is_err());
}

#[tokio::test]
async fn groups_tell_their_versions_and_the_preferred_one() {
    let server = start().await;
    assert_eq!(get(&server, "/api").await.json()["versions"], json!(["v1"]));
    let groups = get(&server, "/apis").await.json();
    assert_eq!(groups["kind"], "APIGroupList");
    let apps = &groups["groups"][0];
    assert_eq!(apps["name"], "apps");
    assert_eq!(apps["preferredVersion"], json!({"groupVersion": "apps/v1", "version": "v1"}));
    assert_eq!(apps["versions"][1]["groupVersion"], "apps/v1beta1");
    let group = get(&server, "/apis/apps").await.json();
    assert_eq!((&group["kind"], &group["versions"]), (&json!("APIGroup"), &apps["versions"]));
}

#[tokio::test]
async fn versions_tell_their_resources() {
    let server = start().await;
    let core = get(&server, "/api/v1").await.json();
    assert_eq!((&core["kind"], &core["groupVersion"]), (&json!("APIResourceList"), &json!("v1")));
    let find = |list: &Value, name: &str| {
        list["resources"].as_array().unwrap().iter().find(|r| r["name"] == name).cloned().unwrap()
    };
    let expected = json!({
        "name": "pods", "singularName": "pod", "namespaced": true, "kind": "Pod", "shortNames": ["po"],
        "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    });
    assert_eq!(find(&core, "pods"), expected);
    assert_eq!(find(&core, "nodes")["namespaced"], false);
    assert_eq!(find(&core, "componentstatuses")["verbs"], json!(["get", "list"]));
    let custom = get(&server, "/apis/example.com/v1").await.json();
    assert_eq!(custom["apiVersion"], "v1");
    assert_eq!(find(&custom, "widgets").get("shortNames"), None);
}

#[tokio::test]
async fn it_is_healthy() {
    let server = start().await;
    for path in ["/healthz", "/livez", "/readyz", "/readyz/ping"] {
        let answer = get(&server, path).await;
        assert_eq!((answer.code, answer.text.as_str()), (200, "ok"));
    }
}

#[tokio::test]
async fn unknown_paths_are_404_in_gos_words_and_unknown_resources_in_a_status() {
    let server = start().await;
    for path in [
        "/nope",
        "/apis/nope.io/v1",
        "/apis/nope.io/v1/things",
        "/apis/nope.io",
        "/api/v2",
        "/openapi/v2",
    ] {
        let answer = get(&server, path).await;
        assert_eq!((answer.code, answer.text.as_str()), (404, "404 page not found\n"), "{path}");
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    }
    for path in [
        "/api/v1/things",
        "/api/v1/namespaces/default/nodes",
        "/api/v1/pods/a",
        "/api/v1/namespaces/default/pods/a/log",
    ] {
        let answer = get(&server, path).await;
        assert_eq!(answer.refusal(), (404, "NotFound".into()), "{path}");
        assert_eq!(answer.message(), "the server could not find the requested resource");
    }
    assert_eq!(post(&server, "/version", json!({})).await.refusal().0, 405);
}

#[tokio::test]
async fn json_is_all_there_is() {
    let server = start().await;
    let code = async |accept: &str| {
        send_with(&server, "GET", "/api/v1/pods", "", &[("accept", accept)]).await.code
    };
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    assert_eq!(code(&format!("{table},application/json")).await, 200);
    assert_eq!(code("application/vnd.kubernetes.protobuf, */*").await, 200);
    assert_eq!(code("application/json, text/plain").await, 200);
    assert_eq!(code("application/vnd.kubernetes.protobuf").await, 406);
    assert_eq!(code(table).await, 406);
}
