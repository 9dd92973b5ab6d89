//! Protobuf bodies of requests: those of kubectl's typed `create` commands, and of every kind.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use embedded_apiserver::protobuf;
use serde_json::{Value, json};
use watchable_core::{CatalogEntry, ResourceInfo, Scope};

use crate::catalog::CATALOG;
use crate::client::{PROTOBUF, builder, config_map, get, send_with, start};

const HEADERS: [(&str, &str); 2] = [
    ("content-type", "application/vnd.kubernetes.protobuf"),
    ("accept", "application/vnd.kubernetes.protobuf,application/json"),
];
/// The body of `kubectl create namespace shop`, captured from kubectl 1.32.
const NAMESPACE: &[u8] = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x1c\
    \x0a\x14\x0a\x04shop\x12\0\x1a\0\x22\0\x2a\x00\x32\x00\x38\x00\x42\0\x12\0\x1a\x02\x0a\0\x1a\0\x22\0";

#[tokio::test]
async fn protobuf_object_is_stored_like_a_json_object() {
    let server = start().await;
    let created = send_with(&server, "POST", "/api/v1/namespaces", NAMESPACE, &HEADERS).await;
    assert_eq!((created.code, created.is_protobuf()), (201, true), "{}", created.text);
    let stored = get(&server, "/api/v1/namespaces/shop").await.json();
    assert_eq!(stored, created.json());
    assert_eq!(stored["status"], json!({"phase": "Active"}));
    assert_eq!(stored["metadata"].get("generateName"), None);
}

#[tokio::test]
async fn unknown_or_truncated_protobuf_is_rejected() {
    let server = start().await;
    let widget = b"k8s\0\x0a\x18\x0a\x0eexample.com/v1\x12\x06Widget\x12\x00";
    let path = "/apis/example.com/v1/namespaces/default/widgets";
    let json = [HEADERS[0], ("accept", "application/json")];
    for (path, body, expected) in [
        (path, &widget[..], (415, "UnsupportedMediaType")),
        // A custom object has no protobuf, of whatever kind it pretends to be.
        (path, NAMESPACE, (415, "UnsupportedMediaType")),
        ("/api/v1/namespaces", widget, (415, "UnsupportedMediaType")),
        ("/api/v1/namespaces", &NAMESPACE[..30], (400, "BadRequest")),
        ("/api/v1/namespaces", b"{}", (400, "BadRequest")),
    ] {
        for (headers, is_protobuf) in [(HEADERS, true), (json, false)] {
            // Of a custom resource, nothing but JSON is accepted.
            let rejected = send_with(&server, "POST", path, body, &headers).await;
            assert_eq!(rejected.rejection(), (expected.0, expected.1.to_owned()), "{path}");
            assert_eq!(rejected.is_protobuf(), is_protobuf, "{path}");
        }
    }
    let damaged = [&NAMESPACE[..21], b"\x12\x04\x0a\x02\x08\x01"].concat();
    let rejected = send_with(&server, "POST", "/api/v1/namespaces", damaged, &HEADERS).await;
    assert!(
        rejected.message().ends_with("metadata.name: unexpected integer 1"),
        "{}",
        rejected.message()
    );
    let yaml = [("content-type", "application/cbor")];
    let rejected = send_with(&server, "POST", "/api/v1/namespaces", "", &yaml).await;
    assert_eq!(rejected.rejection().0, 415);
}

#[tokio::test]
async fn updates_and_deletes_are_read_from_protobuf() {
    let server = start().await;
    server.store().create(config_map("default", "a")).unwrap();
    let path = "/api/v1/namespaces/default/configmaps/a";
    let mut object = get(&server, path).await.json();
    object["data"] = json!({"changed": "ü"});
    object["immutable"] = false.into();
    let body = protobuf::encode(&object, 37).unwrap();
    let updated = send_with(&server, "PUT", path, body, &HEADERS).await;
    assert_eq!((updated.code, &updated.json()["data"]), (200, &object["data"]));
    assert_eq!(updated.json()["immutable"], false, "a pointer");
    let patch = send_with(&server, "PATCH", path, NAMESPACE, &HEADERS).await;
    assert_eq!(patch.code, 415);
    let options = |uid: &Value| {
        let options = json!({
            "apiVersion": "meta.k8s.io/v1", "kind": "DeleteOptions", "preconditions": {"uid": uid},
        });
        protobuf::encode(&options, 37).unwrap()
    };
    let refused = send_with(&server, "DELETE", path, options(&"other".into()), &HEADERS).await;
    assert_eq!((refused.rejection(), refused.is_protobuf()), ((409, "Conflict".into()), true));
    let uid = &object["metadata"]["uid"];
    let deleted = send_with(&server, "DELETE", path, options(uid), &HEADERS).await;
    assert_eq!((deleted.code, deleted.is_protobuf()), (200, true));
    assert_eq!(
        (&deleted.json()["kind"], &deleted.json()["details"]["uid"]),
        (&json!("Status"), uid)
    );
    assert_eq!(get(&server, path).await.code, 404);
}

#[tokio::test]
async fn the_kind_of_the_path_stands_for_one_that_is_not_named() {
    let server = start().await;
    let body = b"k8s\0\x12\x07\x0a\x05\x0a\x03new";
    let created = send_with(&server, "POST", "/api/v1/namespaces", &body[..], &HEADERS).await;
    assert_eq!((created.code, &created.json()["kind"]), (201, &json!("Namespace")));
}

#[tokio::test]
async fn rules_review_allows_everything() {
    let server = start().await;
    let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let review = json!({"spec": {"namespace": "default"}}).to_string();
    let json = [("content-type", "application/json")];
    let response = send_with(&server, "POST", path, review, &json).await.json();
    assert_eq!(response["status"]["resourceRules"][0]["verbs"], json!(["*"]));
}

/// The body of `kubectl auth whoami`, from kubectl 1.32.
const WHOAMI: &[u8] = b"k8s\x00\x0a-\x0a\x18authentication.k8s.io/v1\
    \x12\x11SelfSubjectReview\x12\x1a\
    \x0a\x10\x0a\x00\x12\x00\x1a\x00\x22\x00*\x002\x008\x00B\x00\x12\x06\x0a\x04\x0a\x00\x12\x00\x1a\x00\x22\x00";

#[tokio::test]
async fn who_one_is_can_be_asked_in_protobuf() {
    let rules = CATALOG.iter().find(|entry| entry.singular == "selfsubjectrulesreview").unwrap();
    let (group, kind) = ("authentication.k8s.io", "SelfSubjectReview");
    let entry = CatalogEntry {
        resource: ResourceInfo::new(group, "v1", kind, "selfsubjectreviews", Scope::Cluster),
        singular: "selfsubjectreview",
        ..rules.clone()
    };
    let server = builder().resource(entry).start().await.unwrap();
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let response = send_with(&server, "POST", path, WHOAMI, &HEADERS).await;
    assert_eq!((response.code, response.is_protobuf()), (201, true), "{}", response.text);
    assert_eq!(response.json()["status"]["userInfo"]["username"], "system:anonymous");
}

/// Every kind of every release that can be created, as Kubernetes' own test object of it or an empty one.
#[tokio::test]
async fn every_kind_is_created_read_and_listed_in_protobuf() {
    for release in release_catalogs::RELEASES {
        let catalog = release_catalogs::catalog(release).unwrap();
        let server = embedded_apiserver::EmbeddedServer::builder(catalog.clone());
        let server = server.release(*release).start().await.unwrap();
        let (mut created, mut kinds, mut without) = (0, 0, Vec::new());
        for entry in &catalog {
            let resource = &entry.resource;
            if !["create", "get", "list"].iter().all(|verb| entry.verbs.contains(verb)) {
                continue;
            }
            kinds += 1;
            let namespaced = resource.scope() == Scope::Namespaced;
            let path = resource.collection_path(namespaced.then_some("default"));
            let name = format!("a-{}", resource.version());
            let object = json!({
                "apiVersion": resource.api_version(), "kind": resource.kind(),
                "metadata": {"name": name, "annotations": {"a": "ü"}},
            });
            let minor = release.split_once('.').unwrap().1.parse().unwrap();
            let Some(body) = protobuf::encode(&object, minor) else {
                without.push(resource.kind().to_owned());
                continue;
            };
            let answer = send_with(&server, "POST", &path, body, &HEADERS).await;
            // Some kinds need more than a name.
            if answer.code == 201 {
                created += 1;
                let one = send_with(&server, "GET", &format!("{path}/{name}"), "", &HEADERS).await;
                assert_eq!((one.json(), one.is_protobuf()), (answer.json(), true), "{path}");
            }
            let list = send_with(&server, "GET", &path, "", &HEADERS).await;
            assert!(list.is_protobuf(), "{path} of {release}");
            assert_eq!(list.headers["content-type"], PROTOBUF);
            let listed = list.json();
            assert_eq!(listed["kind"], entry.list_kind.unwrap_or_default(), "{path} of {release}");
            let same = get(&server, &path).await.json();
            assert_eq!(listed["metadata"], same["metadata"]);
            let items = |list: &Value| list["items"].as_array().map_or(0, Vec::len);
            assert_eq!(items(&listed), items(&same), "{path} of {release}");
        }
        // Of some new kinds of 1.37, no .proto file was at hand.
        assert!(without.is_empty() || *release == "1.37", "{release}: {without:?}");
        assert!(kinds > 40 && created + 8 > kinds, "{release}: {created} of {kinds}");
    }
}

#[test]
fn captured_bodies_are_what_we_encode() {
    for (body, object) in [
        (
            NAMESPACE,
            json!({
                "apiVersion": "v1", "kind": "Namespace",
                "metadata": {"name": "shop", "creationTimestamp": null}, "spec": {}, "status": {},
            }),
        ),
        (
            WHOAMI,
            json!({
                "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
                "metadata": {"creationTimestamp": null}, "status": {"userInfo": {}},
            }),
        ),
    ] {
        let encoded = protobuf::encode(&object, 32).unwrap();
        assert_eq!(BASE64_STANDARD.encode(encoded), BASE64_STANDARD.encode(body));
        assert_eq!(protobuf::decode(body).unwrap(), object);
    }
}
