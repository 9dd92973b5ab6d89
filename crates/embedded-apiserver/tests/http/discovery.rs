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
    let apps = &groups["groups"][1];
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
        "categories": ["all"],
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
        "/openapi/v3",
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
async fn what_is_accepted_first_of_what_there_is_counts() {
    let server = start().await;
    let show = async |accept: &str| {
        send_with(&server, "GET", "/api/v1/pods", "", &[("accept", accept)]).await
    };
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let metadata = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    for (accept, kind) in [
        (format!("{table},application/json"), "Table"),
        (metadata.to_owned(), "PartialObjectMetadataList"),
        ("application/vnd.kubernetes.protobuf, */*".to_owned(), "PodList"),
        ("application/json, text/plain".to_owned(), "PodList"),
    ] {
        assert_eq!(show(&accept).await.json()["kind"], kind, "{accept}");
    }
    assert_eq!(show("application/vnd.kubernetes.protobuf").await.code, 406);
    assert_eq!(show("application/json;as=Chair").await.code, 406);
}

#[tokio::test]
async fn the_openapi_names_the_kinds_in_json_and_in_protobuf() {
    let server = start().await;
    let document = get(&server, "/openapi/v2").await.json();
    let patch = &document["paths"]["/api/v1/namespaces/{namespace}/pods/{name}"]["patch"];
    let kind = json!({"group": "", "version": "v1", "kind": "Pod"});
    assert_eq!(patch["x-kubernetes-group-version-kind"], kind);
    let accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    let answer = send_with(&server, "GET", "/openapi/v2", "", &[("accept", accept)]).await;
    let content_type = &answer.headers["content-type"];
    assert_eq!(content_type, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
    // Field 1, of three bytes.
    assert!(answer.text.starts_with("\n\u{3}2.0"));
    assert!(answer.text.contains("/api/v1/namespaces/{namespace}/pods/{name}"));
}

#[tokio::test]
async fn everything_is_told_at_once_to_those_who_ask_for_it() {
    const V2: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const BETA: &str = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
    let wishes = format!("{V2},{BETA},application/json");
    let asked = [("accept", wishes.as_str())];
    let server = start().await;
    let core = send_with(&server, "GET", "/api", "", &asked).await;
    assert_eq!(core.headers["content-type"], V2);
    let core = core.json();
    assert_eq!(
        (&core["kind"], &core["apiVersion"]),
        (&json!("APIGroupDiscoveryList"), &json!("apidiscovery.k8s.io/v2"))
    );
    let all = core["items"][0]["versions"][0]["resources"].as_array().unwrap();
    let pods = all.iter().find(|r| r["resource"] == "pods").unwrap();
    assert_eq!((&pods["scope"], &pods["singularResource"]), (&json!("Namespaced"), &json!("pod")));
    assert_eq!((&pods["shortNames"], &pods["categories"]), (&json!(["po"]), &json!(["all"])));
    let groups = send_with(&server, "GET", "/apis", "", &asked).await.json();
    let items = groups["items"].as_array().unwrap();
    let apps = items.iter().find(|g| g["metadata"]["name"] == "apps").unwrap();
    assert_eq!(
        (&apps["versions"][0]["version"], &apps["versions"][1]["version"]),
        (&json!("v1"), &json!("v1beta1"))
    );
    let parts = &apps["versions"][0]["resources"][0]["subresources"];
    assert_eq!(
        parts[0]["responseKind"],
        json!({"group": "autoscaling", "version": "v1", "kind": "Scale"})
    );

    let plain = [(
        "accept",
        "application/json, application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io",
    )];
    assert_eq!(send_with(&server, "GET", "/apis", "", &plain).await.json()["kind"], "APIGroupList");
    for (release, kind) in [("1.28", BETA), ("1.20", "application/json")] {
        let server = builder().release(release).start().await.unwrap();
        let answer = send_with(&server, "GET", "/apis", "", &asked).await;
        assert_eq!(answer.headers["content-type"], kind, "{release}");
    }
}
