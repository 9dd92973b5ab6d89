//! Injected faults, as observed by the client.

use std::time::Duration;

use embedded_apiserver::{EmbeddedServer, Fault, Verb};
use serde_json::json;

use crate::client::{Next, builder, config_map, delete, get, names, post, start, version, watch};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const WATCH: &str = "/api/v1/namespaces/default/configmaps?watch=true";

async fn with_maps(names: &[&str]) -> EmbeddedServer {
    let server = start().await;
    for name in names {
        server.store().create(config_map("default", name)).unwrap();
    }
    server
}

#[tokio::test]
async fn watch_disconnects_in_the_middle_of_an_event() {
    let server = with_maps(&["a", "b", "c"]).await;
    let id = server.faults().inject(Fault::disconnect_in_event(1, 20).verb(Verb::Watch).nth(2));
    let mut first = watch(&server, WATCH).await;
    let mut second = watch(&server, WATCH).await;
    for name in ["a", "b", "c"] {
        first.expect("ADDED", name).await;
    }
    second.expect("ADDED", "a").await;
    assert_eq!(second.next().await, Next::Disconnected);
    assert_eq!(server.faults().hits(id), 1);
    watch(&server, WATCH).await.expect("ADDED", "a").await;
}

#[tokio::test]
async fn stalled_watch_is_idle_but_open() {
    let server = with_maps(&["a", "b"]).await;
    server.faults().inject(Fault::stall_in_event(1, 5));
    let mut watch = watch(&server, WATCH).await;
    watch.expect("ADDED", "a").await;
    let more = tokio::time::timeout(Duration::from_millis(300), watch.next()).await;
    assert!(more.is_err(), "{more:?}");
    assert_eq!(server.watches(), 1);
}

#[tokio::test]
async fn injected_errors_have_their_codes_reasons_and_headers() {
    let server = with_maps(&["a"]).await;
    for (fault, code, reason) in [
        (Fault::gone(), 410, "Expired"),
        (Fault::internal_error(), 500, "InternalError"),
        (Fault::unavailable(), 503, "ServiceUnavailable"),
        (Fault::status(504), 504, "Timeout"),
    ] {
        server.faults().inject(fault.path(MAPS).times(1));
        assert_eq!(get(&server, "/api/v1/pods").await.code, 200);
        assert_eq!(get(&server, MAPS).await.rejection(), (code, reason.to_owned()));
        assert_eq!(get(&server, MAPS).await.code, 200);
    }
    server.faults().inject(Fault::too_many_requests(7));
    let response = get(&server, MAPS).await;
    assert_eq!(response.rejection(), (429, "TooManyRequests".into()));
    assert_eq!(response.headers["retry-after"], "7");
    server.faults().clear();
    assert_eq!(get(&server, MAPS).await.code, 200);
}

#[tokio::test]
async fn injected_error_event_ends_the_watch_cleanly() {
    let server = with_maps(&["a", "b"]).await;
    server.faults().inject(Fault::gone_event(1));
    let lines = watch(&server, WATCH).await.rest().await;
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[1]["type"], &lines[1]["object"]["code"]), (&json!("ERROR"), &json!(410)));
}

#[tokio::test]
async fn bookmarks_are_dropped_and_initial_events_are_shuffled() {
    let server = with_maps(&["a", "b", "c", "d", "e", "f"]).await;
    let streaming = format!(
        "{WATCH}&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
    );
    let names = |lines: &[serde_json::Value]| -> Vec<String> {
        let name = |line: &serde_json::Value| line["object"]["metadata"]["name"].clone();
        lines.iter().map(|line| name(line).as_str().unwrap_or("-").to_owned()).collect()
    };
    let usual = names(&watch(&server, &streaming).await.rest().await);
    assert_eq!(usual[..7], ["a", "b", "c", "d", "e", "f", "-"]);
    server.faults().inject(Fault::drop_bookmarks());
    server.faults().inject(Fault::shuffle_initial_events(3));
    let mut other = names(&watch(&server, &streaming).await.rest().await);
    assert_ne!(other, usual[..6]);
    other.sort();
    assert_eq!(other, usual[..6]);
}

#[tokio::test]
async fn restart_disconnects_all_and_loses_only_the_history() {
    let server = with_maps(&["a"]).await;
    let old = server.store().current_revision();
    server.store().create(config_map("default", "b")).unwrap();
    let mut open = watch(&server, WATCH).await;
    open.expect("ADDED", "a").await;
    open.expect("ADDED", "b").await;
    server.restart(Duration::ZERO);
    assert_eq!(open.next().await, Next::Disconnected);
    let list = get(&server, MAPS).await.json();
    assert_eq!((names(&list), version(&list)), (vec!["a".into(), "b".into()], old + 1));
    let gone = watch(&server, &format!("{WATCH}&resourceVersion={old}")).await.rest().await;
    assert_eq!(gone[0]["object"]["code"], 410);
}

#[tokio::test]
async fn connections_are_refused_temporarily() {
    let server = with_maps(&[]).await;
    let address = server.url().replace("http://", "");
    let connects = async || tokio::net::TcpStream::connect(&address).await.is_ok();
    server.refuse_connections(Duration::from_millis(300));
    while connects().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    while !connects().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(get(&server, MAPS).await.code, 200);
}

#[tokio::test]
async fn chance_is_deterministic_for_a_seed() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let server = with_maps(&[]).await;
        server.faults().inject(Fault::unavailable().chance(0.5, 9));
        let mut codes = Vec::new();
        for _ in 0..20 {
            codes.push(get(&server, MAPS).await.code);
        }
        assert!(codes.contains(&200) && codes.contains(&503), "{codes:?}");
        runs.push(codes);
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn control_endpoint_injects_faults_if_enabled() {
    let closed = start().await;
    assert_eq!(get(&closed, "/embedded/faults").await.code, 404);
    let server = builder().control_endpoint(true).start().await.unwrap();
    let fault = json!({"effect": {"status": {"code": 503}}, "path": "/api/v1/*", "nth": 2});
    let id = post(&server, "/embedded/faults", fault).await.json()["id"].as_u64().unwrap();
    assert_eq!((get(&server, MAPS).await.code, get(&server, MAPS).await.code), (200, 503));
    let registered = get(&server, "/embedded/faults").await.json();
    assert_eq!(
        (&registered["faults"][0]["matched"], &registered["faults"][0]["hits"]),
        (&2.into(), &1.into())
    );
    assert_eq!(delete(&server, &format!("/embedded/faults/{id}")).await.code, 200);
    assert_eq!(delete(&server, &format!("/embedded/faults/{id}")).await.code, 404);
    let disconnect =
        json!({"effect": {"disconnectAt": {"events": 1, "bytes": 3}}, "verb": "watch"});
    assert_eq!(post(&server, "/embedded/faults", disconnect).await.code, 201);
    server.store().create(config_map("default", "a")).unwrap();
    server.store().create(config_map("default", "b")).unwrap();
    let mut broken = watch(&server, WATCH).await;
    broken.expect("ADDED", "a").await;
    assert_eq!(broken.next().await, Next::Disconnected);
    for wrong in [
        json!({"effect": "disconnectAt"}),
        json!({"effect": {"status": {"code": 200}}}),
        json!({"effect": "disconnect", "chance": 2}),
        json!({"effect": "disconnect", "nth": 0}),
    ] {
        assert_eq!(post(&server, "/embedded/faults", wrong).await.rejection().0, 400);
    }
    assert_eq!(post(&server, "/embedded/compact", json!({})).await.code, 200);
    server.faults().clear();
    let old = watch(&server, &format!("{WATCH}&resourceVersion=1005")).await.rest().await;
    assert_eq!(old[0]["object"]["code"], 410);
}
