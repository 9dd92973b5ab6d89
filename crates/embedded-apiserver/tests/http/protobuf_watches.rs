//! Watches in protobuf: events, bookmarks, errors, metadata, faults and compression.

use std::io::Read as _;
use std::time::Duration;

use embedded_apiserver::{EmbeddedServer, Fault, protobuf};
use flate2::bufread::GzDecoder;
use serde_json::{Value, json};

use crate::client::{
    Next, PROTOBUF, Watch, builder, config_map, labelled, post, send_with, start, version, watch,
    watch_with,
};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const WATCH: &str = "/api/v1/namespaces/default/configmaps?watch=true";
const STREAMING: &str = "/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=1\
    &sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
const WIDGETS: &str = "/apis/example.com/v1/namespaces/default/widgets";
const META: &str = "g=meta.k8s.io;v=v1";

async fn with_maps(names: &[&str]) -> EmbeddedServer {
    let server = start().await;
    for name in names {
        server.store().create(config_map("default", name)).unwrap();
    }
    server
}

async fn in_protobuf(server: &EmbeddedServer, path: &str) -> Watch {
    watch_with(server, path, &[("accept", PROTOBUF)]).await
}

#[tokio::test]
async fn events_are_the_same_as_in_json() {
    let server = with_maps(&["a"]).await;
    let store = server.store();
    let selected = format!("{WATCH}&labelSelector=app=x");
    for path in [WATCH, &selected] {
        let (mut json, mut protobuf) =
            (watch(&server, path).await, in_protobuf(&server, path).await);
        let other = watch_with(
            &server,
            path,
            &[("accept", "application/vnd.kubernetes.protobuf;stream=watch")],
        );
        let mut other = other.await;
        let mut map = store.create(labelled("b", "x")).unwrap();
        map["metadata"]["labels"]["app"] = "y".into();
        let mut map = store.update(map).unwrap();
        map["metadata"]["labels"]["app"] = "x".into();
        map["metadata"]["finalizers"] = json!(["a.b/c"]);
        store.update(map).unwrap();
        let maps = watchable_core::ResourceInfo::new(
            "",
            "v1",
            "ConfigMap",
            "configmaps",
            watchable_core::Scope::Namespaced,
        );
        store.delete(&maps, Some("default"), "b").unwrap();
        let patch = json!({"metadata": {"finalizers": null}}).to_string();
        let headers = [("content-type", "application/merge-patch+json")];
        send_with(&server, "PATCH", &format!("{MAPS}/b"), patch, &headers).await;
        let count = if path == WATCH { 6 } else { 5 };
        for _ in 0..count {
            let expected = json.line().await;
            assert_eq!(protobuf.line().await, expected, "{path}");
            assert_eq!(other.line().await, expected, "{path}");
        }
    }
}

#[tokio::test]
async fn streamed_states_end_with_a_bookmark() {
    let server = with_maps(&["a", "b"]).await;
    let events = in_protobuf(&server, STREAMING).await.rest().await;
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types[..3], ["ADDED", "ADDED", "BOOKMARK"]);
    let bookmark = &events[2]["object"];
    assert_eq!(bookmark["metadata"]["annotations"], json!({"k8s.io/initial-events-end": "true"}));
    assert_eq!(version(bookmark), server.store().current_revision());
    assert_eq!((&bookmark["kind"], bookmark.get("data")), (&json!("ConfigMap"), None));
    let pods = STREAMING.replace("configmaps", "pods");
    let bookmark = in_protobuf(&server, &pods).await.line().await;
    assert_eq!(
        (&bookmark["type"], &bookmark["object"]["kind"]),
        (&json!("BOOKMARK"), &json!("Pod"))
    );
}

#[tokio::test]
async fn errors_are_events_with_a_status() {
    let server = with_maps(&["a"]).await;
    let old = server.store().current_revision();
    server.store().create(config_map("default", "b")).unwrap();
    server.store().compact();
    let events =
        in_protobuf(&server, &format!("{WATCH}&resourceVersion={}", old - 1)).await.rest().await;
    let [error] = &events[..] else { panic!("{events:?}") };
    assert_eq!((&error["type"], &error["object"]["kind"]), (&json!("ERROR"), &json!("Status")));
    assert_eq!(
        (&error["object"]["code"], &error["object"]["reason"]),
        (&json!(410), &json!("Expired"))
    );
    let future = format!("{STREAMING}&resourceVersion={}", old + 1_000);
    let events = in_protobuf(&server, &future).await.rest().await;
    assert_eq!(events[0]["object"]["details"]["retryAfterSeconds"], 1);
    let pods = "/api/v1/componentstatuses?watch=true";
    let refused = send_with(&server, "GET", pods, "", &[("accept", PROTOBUF)]).await;
    assert_eq!((refused.rejection().0, refused.is_protobuf()), (405, true));
}

#[tokio::test]
async fn metadata_is_watched_in_protobuf_even_of_custom_resources() {
    let server = with_maps(&["a"]).await;
    let widget =
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}});
    post(&server, WIDGETS, widget).await;
    for path in [WATCH, &format!("{WIDGETS}?watch=true")] {
        let path = format!("{path}&timeoutSeconds=1&allowWatchBookmarks=true");
        let accept = |wire: &str| format!("{wire};as=PartialObjectMetadata;{META}");
        let mut events = Vec::new();
        for wire in [PROTOBUF, "application/json"] {
            let mut watch = watch_with(&server, &path, &[("accept", &accept(wire))]).await;
            events.push(watch.line().await);
        }
        assert_eq!(events[0], events[1], "{path}");
        assert_eq!(events[0]["object"]["kind"], "PartialObjectMetadata");
        // In the form of a list, it is accepted and stays empty.
        let list = format!("{PROTOBUF};as=PartialObjectMetadataList;{META}");
        let mut watch = watch_with(&server, &path, &[("accept", &list)]).await;
        assert_eq!(watch.rest().await, [] as [Value; 0], "{path}");
    }
}

#[tokio::test]
async fn faults_hit_frames() {
    let server = with_maps(&["a", "b", "c"]).await;
    for bytes in [0, 1, 4, 5, 40] {
        server.faults().inject(Fault::disconnect_in_event(2, bytes).times(1));
        let mut watch = in_protobuf(&server, WATCH).await;
        watch.expect("ADDED", "a").await;
        watch.expect("ADDED", "b").await;
        assert_eq!(watch.next().await, Next::Disconnected, "{bytes}");
    }
    server.faults().inject(Fault::stall_in_event(1, 5).times(1));
    let mut stalled = in_protobuf(&server, WATCH).await;
    stalled.expect("ADDED", "a").await;
    let more = tokio::time::timeout(Duration::from_millis(300), stalled.next()).await;
    assert!(more.is_err(), "{more:?}");
    server.faults().inject(Fault::gone_event(1).times(1));
    let events = in_protobuf(&server, WATCH).await.rest().await;
    assert_eq!(events.len(), 2);
    assert_eq!((&events[1]["type"], &events[1]["object"]["code"]), (&json!("ERROR"), &json!(410)));
    for (fault, code) in [(Fault::gone(), 410), (Fault::too_many_requests(7), 429)] {
        server.faults().inject(fault.times(1));
        let refused = send_with(&server, "GET", WATCH, "", &[("accept", PROTOBUF)]).await;
        assert_eq!((refused.rejection().0, refused.is_protobuf()), (code, true));
        assert_eq!(refused.headers.contains_key("retry-after"), code == 429);
    }
    server.faults().inject(Fault::drop_bookmarks());
    let events = in_protobuf(&server, STREAMING).await.rest().await;
    assert!(events.len() == 3 && events.iter().all(|event| event["type"] == "ADDED"), "{events:?}");
}

#[tokio::test]
async fn a_list_is_cut_at_its_byte() {
    let server = with_maps(&["a", "b"]).await;
    let whole = send_with(&server, "GET", MAPS, "", &[("accept", PROTOBUF)]).await.bytes;
    server.faults().inject(Fault::stall_after_bytes(100));
    let headers = [("accept", PROTOBUF)];
    let (response, connection) =
        crate::client::open(&server, "GET", MAPS, bytes::Bytes::new(), &headers).await;
    let mut body = response.into_body();
    let mut read = Vec::new();
    while read.len() < 100 {
        let frame = http_body_util::BodyExt::frame(&mut body).await.unwrap().unwrap();
        read.extend_from_slice(&frame.into_data().unwrap());
    }
    connection.abort();
    assert_eq!(read, whole[..100]);
    assert!(protobuf::decode(&read).is_err());
}

#[tokio::test]
async fn each_frame_of_a_streamed_state_is_a_member_of_gzip() {
    let server = builder().release("1.37").start().await.unwrap();
    // Events and lists that end in a byte that ends lines.
    for name in ["a", "b", "c"] {
        let mut map = config_map("default", name);
        map["data"]["z"] = "\n\n\n".into();
        server.store().create(map).unwrap();
    }
    let headers = [("accept", PROTOBUF), ("accept-encoding", "gzip")];
    let sent = send_with(&server, "GET", STREAMING, "", &headers).await;
    assert_eq!(sent.headers["content-encoding"], "gzip");
    let (mut rest, mut events) = (&sent.bytes[..], Vec::new());
    while !rest.is_empty() {
        let mut decoder = GzDecoder::new(rest);
        let mut frame = Vec::new();
        decoder.read_to_end(&mut frame).unwrap();
        rest = decoder.into_inner();
        let length = u32::from_be_bytes(*frame.first_chunk().unwrap());
        assert_eq!(frame.len(), 4 + usize::try_from(length).unwrap(), "a member is a frame");
        events.push(protobuf::decode_event(&frame[4..]).unwrap());
    }
    assert!(events.len() >= 4, "{events:?}");
    assert_eq!((&events[0]["type"], &events[3]["type"]), (&json!("ADDED"), &json!("BOOKMARK")));
    for n in 0..30 {
        let mut map = config_map("default", &format!("m-{n}"));
        map["data"]["z"] = "\n".repeat(10_000).into();
        server.store().create(map).unwrap();
    }
    let sent = send_with(&server, "GET", MAPS, "", &headers).await;
    assert_eq!(sent.headers["content-encoding"], "gzip");
    let mut decoder = GzDecoder::new(&sent.bytes[..]);
    let mut list = Vec::new();
    decoder.read_to_end(&mut list).unwrap();
    assert_eq!(decoder.into_inner(), b"", "more than a member");
    assert_eq!(protobuf::decode(&list).unwrap()["items"].as_array().unwrap().len(), 33);
}

#[tokio::test]
async fn a_damaged_frame_is_an_error_that_names_the_place() {
    let event =
        b"\x0a\x05ADDED\x12\x1b\x0a\x19k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x02\x0a\x05";
    let error = protobuf::decode_event(event).unwrap_err();
    assert_eq!(error.to_string(), "object: malformed or truncated protobuf");
}
