//! Discovery, health endpoints and unknown paths.

use serde_json::{Value, json};

use crate::client::{builder, get, post, send_with, start};

#[tokio::test]
async fn version_endpoint_returns_the_release() {
    let server = builder().release("1.17").start().await.unwrap();
    let version = get(&server, "/version").await.json();
    assert_eq!(
        (&version["major"], &version["minor"], &version["gitVersion"]),
        (&json!("1"), &json!("17"), &json!("v1.17.0"))
    );
    assert!(builder().release("newest").start().await.is_err());
}

#[tokio::test]
async fn groups_list_their_versions_and_the_preferred_one() {
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
async fn group_versions_list_their_resources() {
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
async fn health_endpoints_return_ok() {
    let server = start().await;
    for path in ["/healthz", "/livez", "/readyz", "/readyz/ping"] {
        let response = get(&server, path).await;
        assert_eq!((response.code, response.text.as_str()), (200, "ok"));
    }
}

#[tokio::test]
async fn unknown_paths_are_plain_404_and_unknown_resources_a_status() {
    let server = start().await;
    for path in [
        "/nope",
        "/apis/nope.io/v1",
        "/apis/nope.io/v1/things",
        "/apis/nope.io",
        "/api/v2",
        "/openapi/v3",
    ] {
        let response = get(&server, path).await;
        assert_eq!(
            (response.code, response.text.as_str()),
            (404, "404 page not found\n"),
            "{path}"
        );
        assert_eq!(response.headers["content-type"], "text/plain; charset=utf-8");
    }
    for path in [
        "/api/v1/things",
        "/api/v1/namespaces/default/nodes",
        "/api/v1/pods/a",
        "/api/v1/namespaces/default/pods/a/log",
    ] {
        let response = get(&server, path).await;
        assert_eq!(response.rejection(), (404, "NotFound".into()), "{path}");
        assert_eq!(response.message(), "the server could not find the requested resource");
    }
    assert_eq!(post(&server, "/version", json!({})).await.rejection().0, 405);
}

#[tokio::test]
async fn first_supported_media_type_in_accept_is_used() {
    let server = start().await;
    let show = async |accept: &str| {
        send_with(&server, "GET", "/api/v1/pods", "", &[("accept", accept)]).await
    };
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let metadata = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    for (accept, kind) in [
        (format!("{table},application/json"), "Table"),
        (metadata.to_owned(), "PartialObjectMetadataList"),
        ("application/cbor, */*".to_owned(), "PodList"),
        ("application/json, text/plain".to_owned(), "PodList"),
    ] {
        assert_eq!(show(&accept).await.json()["kind"], kind, "{accept}");
    }
    assert_eq!(show("application/cbor").await.code, 406);
    assert_eq!(show("application/json;as=Chair;v=v1;g=meta.k8s.io").await.code, 406);
}

#[tokio::test]
async fn openapi_has_the_kinds_in_json_and_protobuf() {
    let server = start().await;
    let document = get(&server, "/openapi/v2").await.json();
    let patch = &document["paths"]["/api/v1/namespaces/{namespace}/pods/{name}"]["patch"];
    let kind = json!({"group": "", "version": "v1", "kind": "Pod"});
    assert_eq!(patch["x-kubernetes-group-version-kind"], kind);
    let accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    let response = send_with(&server, "GET", "/openapi/v2", "", &[("accept", accept)]).await;
    let content_type = &response.headers["content-type"];
    assert_eq!(content_type, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
    // Field 1, of three bytes.
    assert!(response.text.starts_with("\n\u{3}2.0"));
    assert!(response.text.contains("/api/v1/namespaces/{namespace}/pods/{name}"));
}

#[tokio::test]
async fn aggregated_discovery_follows_the_accept_header() {
    const V2: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const BETA: &str = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
    let accepted = format!("{V2},{BETA},application/json");
    let accept = [("accept", accepted.as_str())];
    let server = start().await;
    let core = send_with(&server, "GET", "/api", "", &accept).await;
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
    let groups = send_with(&server, "GET", "/apis", "", &accept).await.json();
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
        let response = send_with(&server, "GET", "/apis", "", &accept).await;
        assert_eq!(response.headers["content-type"], kind, "{release}");
    }
}
