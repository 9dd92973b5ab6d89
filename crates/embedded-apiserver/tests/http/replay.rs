//! Replays: objects as another server had them, to clients that read and watch.

use std::time::Duration;

use bytes::Bytes;
use embedded_apiserver::{Applied, EmbeddedServer, Replay};
use serde_json::{Value, json};
use watchable_core::{ResourceInfo, Scope};

use crate::catalog::CATALOG;
use crate::client::{Next, PROTOBUF, get, names, send, send_with, version, watch, watch_with};

const PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
const NODES: ResourceInfo = ResourceInfo::new("", "v1", "Node", "nodes", Scope::Cluster);
const GATEWAYS: ResourceInfo =
    ResourceInfo::new("gateway.networking.k8s.io", "v1", "Gateway", "gateways", Scope::Namespaced);
const WATCH: &str = "/api/v1/namespaces/shop/pods?watch=true";
const TABLE: [(&str, &str); 1] = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")];

fn pod(name: &str, version: u64) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name, "namespace": "shop", "uid": format!("uid-of-{name}"),
            "resourceVersion": version.to_string(), "creationTimestamp": "2024-05-01T10:00:00Z",
            "labels": {"app": name},
            "managedFields": [{"manager": "kubelet", "operation": "Update"}],
        },
        "spec": {"nodeName": "n1", "containers": [{"name": "main"}]},
        "status": {"phase": "Running"},
    })
}

fn bytes(object: &Value) -> Bytes {
    object.to_string().into()
}

/// A replay whose pods are `a` and `b`, at version 100.
fn replay() -> Replay {
    let replay = Replay::new(CATALOG, [PODS, NODES, GATEWAYS]);
    let pods = [bytes(&pod("a", 70)), bytes(&pod("b", 60))];
    replay.restore(&PODS, pods, 100).unwrap();
    replay
}

async fn start(replay: &Replay) -> EmbeddedServer {
    EmbeddedServer::replaying(replay).start().await.unwrap()
}

#[tokio::test]
async fn objects_and_versions_are_those_of_the_other_server() {
    let replay = replay();
    let server = start(&replay).await;
    let list = get(&server, "/api/v1/pods").await.json();
    assert_eq!((names(&list), version(&list)), (vec!["a".into(), "b".into()], 100));
    assert_eq!(get(&server, "/api/v1/namespaces/shop/pods/a").await.json(), pod("a", 70));
    let mut watch = watch(&server, &format!("{WATCH}&resourceVersion=100")).await;
    assert_eq!(replay.put(&PODS, &bytes(&pod("c", 101))).unwrap(), Applied::Delivered);
    assert_eq!(replay.put(&PODS, &bytes(&pod("a", 105))).unwrap(), Applied::Delivered);
    let mut last = pod("b", 107);
    last["metadata"]["deletionTimestamp"] = "2024-05-01T11:00:00Z".into();
    assert_eq!(replay.delete(&PODS, &bytes(&last)).unwrap(), Applied::Delivered);
    for (kind, object) in [("ADDED", pod("c", 101)), ("MODIFIED", pod("a", 105)), ("DELETED", last)]
    {
        assert_eq!(watch.line().await, json!({"type": kind, "object": object}));
    }
    let deleted = replay.delete_named(&PODS, Some("shop"), "c", 110).unwrap();
    assert_eq!(deleted, Applied::Delivered);
    assert_eq!(watch.line().await, json!({"type": "DELETED", "object": pod("c", 110)}));
    let list = get(&server, "/api/v1/pods?labelSelector=app%3Da").await.json();
    assert_eq!((names(&list), version(&list)), (vec!["a".into()], 110));
}

#[tokio::test]
async fn resources_have_versions_of_their_own() {
    let replay = replay();
    let server = start(&replay).await;
    let node = |version: u64| {
        json!({"apiVersion": "v1", "kind": "Node",
               "metadata": {"name": "n1", "uid": "u", "resourceVersion": version.to_string()}})
    };
    replay.put(&PODS, &bytes(&pod("a", 205))).unwrap();
    replay.put(&NODES, &bytes(&node(150))).unwrap();
    let list = get(&server, "/api/v1/nodes").await.json();
    assert_eq!(version(&list), 150);
    // What happened before the pod's change, and is seen after it.
    let mut watch = watch(&server, "/api/v1/nodes?watch=true&resourceVersion=150").await;
    assert_eq!(replay.put(&NODES, &bytes(&node(203))).unwrap(), Applied::Delivered);
    assert_eq!(watch.line().await, json!({"type": "MODIFIED", "object": node(203)}));
    replay.advance(&NODES, 300).unwrap();
    assert_eq!(version(&get(&server, "/api/v1/nodes").await.json()), 300);
    replay.advance(&NODES, 250).unwrap();
    assert_eq!(replay.version(&NODES).unwrap(), 300);
    assert_eq!(replay.version(&PODS).unwrap(), 205);
}

async fn expect_expired(watch: &mut crate::client::Watch) -> String {
    let error = watch.line().await;
    assert_eq!((&error["type"], &error["object"]["code"]), (&json!("ERROR"), &json!(410)));
    assert_eq!(error["object"]["reason"], "Expired");
    assert_eq!(watch.next().await, Next::End);
    error["object"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn versions_before_the_replay_are_expired_and_those_within_are_not() {
    let replay = replay();
    let server = start(&replay).await;
    replay.put(&PODS, &bytes(&pod("a", 105))).unwrap();
    let mut early = watch(&server, &format!("{WATCH}&resourceVersion=99")).await;
    assert_eq!(expect_expired(&mut early).await, "too old resource version: 99 (100)");
    let mut within = watch(&server, &format!("{WATCH}&resourceVersion=100")).await;
    within.expect("MODIFIED", "a").await;
    let mut ahead = watch(&server, &format!("{WATCH}&resourceVersion=106")).await;
    assert!(expect_expired(&mut ahead).await.contains("not in the history of this replay"));
    let exact = "/api/v1/pods?resourceVersionMatch=Exact&resourceVersion=";
    assert_eq!(get(&server, &format!("{exact}99")).await.rejection(), (410, "Expired".into()));
    let before = get(&server, &format!("{exact}100")).await.json();
    assert_eq!(version(&before["items"][0]), 70);
}

#[tokio::test]
async fn late_change_expires_watches_and_is_in_the_next_list() {
    let replay = replay();
    let server = start(&replay).await;
    replay.put(&PODS, &bytes(&pod("a", 105))).unwrap();
    let mut open = watch(&server, &format!("{WATCH}&resourceVersion=105")).await;
    // Neither what is known, nor what is older than that, is a change.
    for known in [pod("a", 105), pod("a", 80)] {
        assert_eq!(replay.put(&PODS, &bytes(&known)).unwrap(), Applied::Unchanged);
    }
    assert_eq!(replay.delete(&PODS, &bytes(&pod("a", 90))).unwrap(), Applied::Unchanged);
    assert_eq!(replay.delete(&PODS, &bytes(&pod("none", 90))).unwrap(), Applied::Unchanged);
    assert_eq!(replay.put(&PODS, &bytes(&pod("c", 103))).unwrap(), Applied::Expired);
    expect_expired(&mut open).await;
    let list = get(&server, "/api/v1/pods").await.json();
    assert_eq!((names(&list).len(), version(&list)), (3, 105));
    let mut again = watch(&server, &format!("{WATCH}&resourceVersion=105")).await;
    assert_eq!(replay.delete(&PODS, &bytes(&pod("b", 104))).unwrap(), Applied::Expired);
    expect_expired(&mut again).await;
    assert_eq!(names(&get(&server, "/api/v1/pods").await.json()), ["a", "c"]);
}

#[tokio::test]
async fn restored_state_and_rewound_version_expire_open_watches() {
    let replay = replay();
    let server = start(&replay).await;
    replay.put(&PODS, &bytes(&pod("a", 105))).unwrap();
    let mut open = watch(&server, &format!("{WATCH}&resourceVersion=105")).await;
    replay.restore(&PODS, [bytes(&pod("b", 60))], 100).unwrap();
    expect_expired(&mut open).await;
    let list = get(&server, "/api/v1/pods").await.json();
    assert_eq!((names(&list), version(&list)), (vec!["b".into()], 100));
    let mut open = watch(&server, &format!("{WATCH}&resourceVersion=100")).await;
    replay.rewind(&PODS, 50).unwrap();
    expect_expired(&mut open).await;
    let mut open = watch(&server, &format!("{WATCH}&resourceVersion=50")).await;
    assert_eq!(replay.put(&PODS, &bytes(&pod("b", 55))).unwrap(), Applied::Delivered);
    assert_eq!(open.line().await, json!({"type": "MODIFIED", "object": pod("b", 55)}));
}

#[tokio::test]
async fn streaming_list_and_bookmarks_have_the_version_of_the_resource() {
    let replay = replay();
    let server = EmbeddedServer::replaying(&replay);
    let server = server.bookmark_interval(Duration::from_millis(20)).start().await.unwrap();
    let path = format!(
        "{WATCH}&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
    );
    let mut watch = watch(&server, &path).await;
    watch.expect("ADDED", "a").await;
    watch.expect("ADDED", "b").await;
    let end = watch.line().await["object"]["metadata"].clone();
    assert_eq!(end["annotations"]["k8s.io/initial-events-end"], "true");
    assert_eq!(end["resourceVersion"], "100");
    replay.advance(&PODS, 120).unwrap();
    loop {
        let bookmark = watch.line().await;
        assert_eq!(bookmark["type"], "BOOKMARK");
        if version(&bookmark["object"]) == 120 {
            break;
        }
        assert_eq!(version(&bookmark["object"]), 100);
    }
}

#[tokio::test]
async fn protobuf_watch_has_the_same_events() {
    let replay = replay();
    let server = start(&replay).await;
    let mut json = watch(&server, &format!("{WATCH}&resourceVersion=100")).await;
    let path = format!("{WATCH}&resourceVersion=100");
    let mut protobuf = watch_with(&server, &path, &[("accept", PROTOBUF)]).await;
    replay.put(&PODS, &bytes(&pod("a", 105))).unwrap();
    replay.delete(&PODS, &bytes(&pod("b", 107))).unwrap();
    for _ in 0..2 {
        let (json, protobuf) = (json.line().await, protobuf.line().await);
        assert_eq!(json["type"], protobuf["type"]);
        assert_eq!(json["object"]["metadata"], protobuf["object"]["metadata"]);
        assert_eq!(json["object"]["spec"]["nodeName"], protobuf["object"]["spec"]["nodeName"]);
    }
}

#[tokio::test]
async fn writes_are_refused_and_say_why() {
    let replay = replay();
    let server = start(&replay).await;
    let one = "/api/v1/namespaces/shop/pods/a";
    let all = "/api/v1/namespaces/shop/pods";
    for (method, path) in [
        ("POST", all),
        ("DELETE", all),
        ("PUT", one),
        ("PATCH", one),
        ("DELETE", one),
        ("PUT", "/api/v1/namespaces/shop/pods/a/status"),
    ] {
        let refused = send(&server, method, path, pod("a", 70).to_string()).await;
        assert_eq!(refused.rejection(), (405, "MethodNotAllowed".into()), "{method}");
        assert!(refused.message().contains("replays a recording"), "{}", refused.message());
    }
    let error = server.store().create(pod("z", 1)).unwrap_err();
    assert!(error.message().contains("replays a recording"));
    let error = server.store().delete(&PODS, Some("shop"), "a").unwrap_err();
    assert_eq!(error.code(), 405);
    assert_eq!(names(&get(&server, "/api/v1/pods").await.json()), ["a", "b"]);
}

#[tokio::test]
async fn discovery_names_what_was_recorded_custom_resources_too() {
    let server = start(&replay()).await;
    let core = get(&server, "/api/v1").await.json();
    let resource = |name: &str| {
        let all = core["resources"].as_array().unwrap();
        all.iter().find(|resource| resource["name"] == name).cloned().unwrap_or_default()
    };
    assert_eq!(resource("pods")["verbs"], json!(["get", "list", "watch"]));
    assert_eq!(resource("pods")["shortNames"], json!(["po"]));
    assert_eq!(resource("pods/status")["verbs"], json!(["get"]));
    assert_eq!(resource("configmaps"), Value::Null);
    assert_eq!(get(&server, "/api/v1/configmaps").await.code, 404);
    let custom = get(&server, "/apis/gateway.networking.k8s.io/v1").await.json();
    let expected = json!([{
        "name": "gateways", "singularName": "gateway", "namespaced": true, "kind": "Gateway",
        "verbs": ["get", "list", "watch"],
    }]);
    assert_eq!(custom["resources"], expected);
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let groups = send_with(&server, "GET", "/apis", "", &[("accept", accept)]).await.json();
    let group = &groups["items"][0];
    assert_eq!(group["metadata"]["name"], "gateway.networking.k8s.io");
    assert_eq!(group["versions"][0]["resources"][0]["resource"], "gateways");
}

#[tokio::test]
async fn tables_tell_ages_by_the_time_of_the_replay() {
    let replay = replay();
    let server = start(&replay).await;
    let gateway = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "public", "namespace": "shop", "uid": "u", "resourceVersion": "7",
                     "creationTimestamp": "2024-05-01T09:00:00Z"},
    });
    replay.put(&GATEWAYS, &bytes(&gateway)).unwrap();
    replay.set_time("2024-05-01T10:05:00Z".parse().unwrap());
    let table = async |path: &str| send_with(&server, "GET", path, "", &TABLE).await.json();
    let gateways = table("/apis/gateway.networking.k8s.io/v1/gateways").await;
    let columns = gateways["columnDefinitions"].as_array().unwrap();
    let columns: Vec<_> = columns.iter().map(|column| &column["name"]).collect();
    assert_eq!(columns, ["Name", "Age"]);
    assert_eq!(gateways["rows"][0]["cells"], json!(["public", "65m"]));
    assert_eq!(table("/api/v1/pods").await["rows"][0]["cells"][4], "5m");
    replay.set_time("2024-05-01T12:00:00Z".parse().unwrap());
    assert_eq!(table("/api/v1/pods").await["rows"][0]["cells"][4], "120m");
}

#[test]
fn what_cannot_be_replayed_is_an_error_that_names_it() {
    let replay = replay();
    let unknown = ResourceInfo::new("apps", "v1", "Deployment", "deployments", Scope::Namespaced);
    let error = replay.put(&unknown, &bytes(&pod("a", 1))).unwrap_err();
    assert!(error.is_unknown_resource());
    assert_eq!(error.to_string(), "the replay has no deployments of apps/v1");
    let mut opaque = pod("c", 1);
    opaque["metadata"]["resourceVersion"] = "abc".into();
    let error = replay.restore(&PODS, [bytes(&pod("x", 1)), bytes(&opaque)], 9).unwrap_err();
    assert!(error.is_opaque_version());
    assert_eq!(
        error.to_string(),
        "cannot replay an object of pods of v1: the resource version \"abc\" of \"c\" is not a \
         number, so that there is no order of its changes"
    );
    // Nothing has changed.
    assert_eq!(replay.version(&PODS).unwrap(), 100);
    let error = replay.put(&PODS, &Bytes::from_static(b"{\"metadata\"")).unwrap_err();
    assert!(error.to_string().contains("not an object in JSON"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}
