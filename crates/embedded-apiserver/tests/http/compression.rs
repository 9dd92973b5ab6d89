//! Compressed responses: which ones are, and what faults do to them.

mod arriving;

use std::io::Read as _;
use std::time::Duration;

use embedded_apiserver::{EmbeddedServer, Fault};
use flate2::bufread::GzDecoder;
use http::HeaderMap;
use serde_json::{Value, json};

use self::arriving::Arriving;
use crate::client::{Response, builder, config_map, delete, send_with, start};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
/// With gzip in 1.37.
const WATCH_LIST: &str = "watch=true&allowWatchBookmarks=true";
const GZIP: &[(&str, &str)] = &[("accept-encoding", "gzip")];
/// The largest size that is not compressed.
const THRESHOLD: usize = 128 * 1024;

async fn get(server: &EmbeddedServer, path: &str, headers: &[(&str, &str)]) -> Response {
    send_with(server, "GET", path, "", headers).await
}

fn is_gzip(headers: &HeaderMap) -> bool {
    let encoding = headers.get("content-encoding").map(|value| value.to_str().unwrap());
    let vary = headers.get("vary").map(|value| value.to_str().unwrap());
    assert!(matches!((encoding, vary), (None, None) | (Some("gzip"), Some("Accept-Encoding"))));
    encoding.is_some()
}

/// Decodes a single member, which must be all that there is.
fn decoded(bytes: &[u8]) -> String {
    let mut decoder = GzDecoder::new(bytes);
    let mut text = String::new();
    decoder.read_to_string(&mut text).unwrap();
    assert_eq!(decoder.into_inner(), b"", "more than a member");
    text
}

fn large(name: &str, bytes: usize) -> Value {
    let mut object = config_map("default", name);
    object["data"]["text"] = "x".repeat(bytes).into();
    object
}

#[tokio::test]
async fn large_responses_are_compressed_if_the_client_accepts_gzip() {
    let server = start().await;
    for n in 0..30 {
        let mut object = config_map("default", &format!("m-{n}"));
        object["metadata"]["annotations"] = json!({"text": "x".repeat(10_000)});
        server.store().create(object).unwrap();
    }
    // No table: its ages change from request to request.
    let metadata = ("accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
    for form in [&[][..], &[metadata]] {
        let path = MAPS;
        let plain = get(&server, path, form).await;
        assert!(!is_gzip(&plain.headers) && plain.bytes.len() > THRESHOLD);
        for accepted in ["gzip", "deflate, gzip"] {
            let sent = get(&server, path, &[form, &[("accept-encoding", accepted)]].concat()).await;
            assert!(is_gzip(&sent.headers) && sent.bytes.len() < plain.bytes.len() / 10);
            assert!(sent.headers.get("content-length").is_none());
            assert_eq!(decoded(&sent.bytes), plain.text);
        }
        for other in ["identity", "gzip;q=0", "gzip;q=0, identity", "*", "deflate", ""] {
            let sent = get(&server, path, &[form, &[("accept-encoding", other)]].concat()).await;
            assert!(!is_gzip(&sent.headers), "{other}");
            assert_eq!(sent.bytes, plain.bytes);
        }
        let page = get(&server, &format!("{path}?limit=2"), &[form, GZIP].concat()).await;
        assert!(!is_gzip(&page.headers), "a page is small");
    }
    let created = large("created", 200_000).to_string();
    let headers = [GZIP, &[("content-type", "application/json")]].concat();
    let created = send_with(&server, "POST", MAPS, created, &headers).await;
    assert!(created.code == 201 && is_gzip(&created.headers));
    assert!(decoded(&created.bytes).contains("\"created\""));
    let old = builder().release("1.15").start().await.unwrap();
    old.store().create(large("a", 200_000)).unwrap();
    assert!(!is_gzip(&get(&old, MAPS, GZIP).await.headers), "not enabled by default");
}

#[tokio::test]
async fn responses_are_compressed_from_a_byte_over_128_kib() {
    let server = start().await;
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "gadgets.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"plural": "gadgets", "kind": "Gadget"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {
                "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            }}],
        },
    });
    server.store().create(definition).unwrap();
    // From here on, versions have the same number of digits.
    for n in 0..100 {
        server.store().create(crate::client::namespace(&format!("n-{n}"))).unwrap();
    }
    let gadgets = "/apis/example.com/v1/namespaces/default/gadgets";
    for (path, api_version, kind) in [
        (MAPS, "v1", "ConfigMap"),
        (&format!("{MAPS}/a"), "v1", "ConfigMap"),
        (gadgets, "example.com/v1", "Gadget"),
    ] {
        let sized = |bytes| {
            let mut object = large("a", bytes);
            object["apiVersion"] = api_version.into();
            object["kind"] = kind.into();
            object
        };
        let small = sized(0);
        drop(server.store().create(small.clone()).or_else(|_| server.store().update(small)));
        let rest = get(&server, path, &[]).await.bytes.len();
        for (size, compressed) in [(THRESHOLD, false), (THRESHOLD + 1, true)] {
            server.store().update(sized(size - rest)).unwrap();
            assert_eq!(get(&server, path, &[]).await.bytes.len(), size, "{path}");
            assert_eq!(is_gzip(&get(&server, path, GZIP).await.headers), compressed, "{path}");
        }
    }
}

#[tokio::test]
async fn streamed_state_is_a_member_an_event_each_sent_at_once() {
    let server = start().await;
    for name in ["a", "b"] {
        server.store().create(config_map("default", name)).unwrap();
    }
    let asked = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
    for query in
        [WATCH_LIST, &format!("{WATCH_LIST}&{asked}"), &format!("{WATCH_LIST}&resourceVersion=0")]
    {
        let mut watch = Arriving::open(&server, &format!("{MAPS}?{query}")).await;
        assert!(is_gzip(&watch.headers), "{query}");
        watch.expect("ADDED", "a").await;
        watch.expect("ADDED", "b").await;
        watch.expect("BOOKMARK", "-").await;
        assert!(watch.has_read_all());
        for _ in 0..3 {
            server.store().create(config_map("default", "c")).unwrap();
            watch.expect("ADDED", "c").await;
            drop(delete(&server, &format!("{MAPS}/c")).await);
            watch.expect("DELETED", "c").await;
        }
    }
}

#[tokio::test]
async fn other_watches_are_not_compressed() {
    for (release, query, compressed) in [
        ("1.37", "watch=true&allowWatchBookmarks=true", true),
        ("1.37", "watch=true&allowWatchBookmarks=true&resourceVersion=1", false),
        ("1.37", "watch=true", false),
        ("1.37", "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", false),
        ("1.36", "watch=true&allowWatchBookmarks=true", false),
    ] {
        let server = builder().release(release).start().await.unwrap();
        server.store().create(large("a", 200_000)).unwrap();
        let path = format!("{MAPS}?{query}&timeoutSeconds=1");
        let sent = get(&server, &path, GZIP).await;
        assert_eq!(is_gzip(&sent.headers), compressed, "{release} {query}");
        assert!(!is_gzip(&get(&server, &path, &[]).await.headers));
    }
}

#[tokio::test]
async fn faults_hit_the_text_of_compressed_bodies() {
    let server = start().await;
    for name in ["a", "b", "c"] {
        server.store().create(large(name, 100_000)).unwrap();
    }
    let list = get(&server, MAPS, &[]).await.text;
    for bytes in [1, 100, 150_000] {
        server.faults().inject(Fault::disconnect_after_bytes(bytes).times(1));
        let sent = Arriving::open(&server, MAPS).await;
        assert!(is_gzip(&sent.headers), "as large as it would have been");
        assert_eq!(sent.until_disconnected().await, list[..usize::try_from(bytes).unwrap()]);
    }
    let path = format!("{MAPS}?{WATCH_LIST}");
    server.faults().inject(Fault::disconnect_in_event(1, 20).times(1));
    let sent = Arriving::open(&server, &path).await.until_disconnected().await;
    let (first, second) = sent.split_once('\n').unwrap();
    assert_eq!(serde_json::from_str::<Value>(first).unwrap()["object"]["metadata"]["name"], "a");
    assert_eq!(second, r#"{"type":"ADDED","obj"#);

    server.faults().inject(Fault::gone_event(2).times(1));
    let mut watch = Arriving::open(&server, &path).await;
    watch.expect("ADDED", "a").await;
    watch.expect("ADDED", "b").await;
    watch.expect("ERROR", "-").await;
    watch.expect_end().await;

    server.faults().inject(Fault::drop_bookmarks().times(1));
    let mut watch = Arriving::open(&server, &path).await;
    for name in ["a", "b", "c", "d"] {
        watch.expect("ADDED", name).await;
        if name == "c" {
            server.store().create(config_map("default", "d")).unwrap();
        }
    }

    server.faults().inject(Fault::stall_in_event(1, 5).times(1));
    let mut watch = Arriving::open(&server, &path).await;
    watch.expect("ADDED", "a").await;
    let more = tokio::time::timeout(Duration::from_millis(300), watch.member()).await;
    assert!(more.is_err(), "{more:?}");
    assert_eq!(watch.unfinished(), r#"{"typ"#, "which is what has arrived");
}
