//! Streaming lists, and the fallback to paged lists.

use super::*;

const STREAM: &str = "/api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=";
const LIST: &str = r#"{"metadata":{"resourceVersion":"40"},"items":[{"metadata":{"name":"a","resourceVersion":"6"}},{"metadata":{"name":"b","resourceVersion":"7"}}]}"#;

pub(super) fn streaming() -> Harness {
    let mut harness = Harness::with(Settings::default(), StreamOptions::managed(), None);
    let request = harness.request();
    assert!(
        request.starts_with(STREAM) && request.ends_with("&allowWatchBookmarks=true"),
        "{request}"
    );
    harness
}

fn end(version: &str) -> String {
    format!(
        r#"{{"type":"BOOKMARK","object":{{"metadata":{{"resourceVersion":"{version}","annotations":{{"k8s.io/initial-events-end":"true"}}}}}}}}"#
    ) + "\n"
}

#[test]
fn only_the_annotated_bookmark_ends_a_streaming_list() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    harness.chunk(&event("BOOKMARK", "30"));
    harness.wait();
    assert_eq!(harness.machine.version(), None, "initial events do not set the version");
    assert!(matches!(harness.machine.status(harness.now).phase, Phase::Listing { done: 1, .. }));
    harness.chunk(&(end("41") + &event("MODIFIED", "42")));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    assert_eq!(harness.machine.version(), Some("42"));
    assert_eq!(harness.machine.status(harness.now).phase, Phase::Live);
    harness.pass(Duration::from_mins(1));
    harness.end();
    assert!(harness.request().contains("watch=true&resourceVersion=42&"));
}

#[test]
fn streaming_list_repairs_a_gap() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&(event("ADDED", "6") + &end("41")));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    harness.chunk(GONE);
    assert!(harness.request().starts_with(STREAM));
    harness.head(200);
    harness.chunk(&(event("ADDED", "6").replace("\"a\"", "\"b\"") + &end("60")));
    assert_eq!(harness.deliveries(), ["ADDED Repair b", "DELETED Repair a"]);
    assert_eq!(harness.machine.version(), Some("60"));
}

/// Expects the fallback of a server without streaming lists: a paged list that repeats no delivery,
/// and no further streaming list.
pub(super) fn assert_falls_back_to_pages(mut harness: Harness, delivered: &[&str]) {
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(LIST);
    assert_eq!(harness.deliveries(), delivered);
    assert!(harness.request().contains("resourceVersion=40&"));
    harness.accept_watch();
    harness.chunk(GONE);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn rejected_streaming_list_falls_back_to_pages() {
    for status in [400, 405, 422, 500, 501] {
        let mut harness = streaming();
        harness.head(status);
        harness.end();
        assert_falls_back_to_pages(harness, &["ADDED Initial a", "ADDED Initial b"]);
    }
}

#[test]
fn failed_streaming_list_falls_back_to_pages() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    harness.chunk("{\"type\":\"ERROR\",\"object\":{\"code\":500,\"message\":\"RequestWatchProgress is disabled\"}}\n");
    assert_falls_back_to_pages(harness, &["ADDED Initial b"]);
}

#[test]
fn disconnected_streaming_list_falls_back_to_pages_once() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    harness.disconnect();
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(LIST);
    assert_eq!(harness.deliveries(), ["ADDED Initial b"]);
    harness.request();
    harness.accept_watch();
    harness.chunk(GONE);
    assert!(harness.request().starts_with(STREAM));
}

#[test]
fn streaming_list_429_is_retried() {
    let mut harness = streaming();
    harness.head_after(429, Some(Duration::from_secs(3)));
    harness.end();
    assert_eq!(harness.sleep(), Duration::from_secs(3));
    assert!(harness.request().starts_with(STREAM));
}

#[test]
fn streaming_list_401_403_404_end_the_stream() {
    for status in [401, 403, 404] {
        let mut harness = streaming();
        harness.head(status);
        harness.end();
        assert_eq!(harness.error().status().unwrap().code, status);
    }
}

#[test]
fn watch_cache_list_requests_version_zero() {
    let settings = Settings { initial_list: InitialList::WatchCache, ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500&resourceVersion=0");
    harness.list(LIST);
    harness.deliveries();
    harness.request();
    harness.accept_watch();
    harness.chunk(GONE);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500", "a relist must be up to date");
}

#[test]
fn interrupted_watch_cache_list_is_retried_up_to_date() {
    let settings = Settings { initial_list: InitialList::WatchCache, ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    harness.request();
    harness.head(200);
    harness.chunk(LIST.split_once("},{").unwrap().0);
    harness.chunk("}");
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    harness.disconnect();
    harness.sleep();
    assert_eq!(
        harness.request(),
        "/api/v1/pods?limit=500",
        "an older list could revert what was delivered"
    );
}

#[test]
fn streaming_list_that_ends_early_falls_back_to_pages() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    harness.pass(Duration::from_secs(5));
    harness.end();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn streaming_list_that_breaks_twice_falls_back_to_pages() {
    for error in
        [r#"{"message":"too many requests","code":429}"#, r#"{"message":"slow","code":504}"#]
    {
        let mut harness = streaming();
        harness.head(200);
        let error = format!("{{\"type\":\"ERROR\",\"object\":{error}}}\n");
        harness.chunk(&(event("ADDED", "6") + &error));
        assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
        harness.sleep();
        assert!(harness.request().starts_with(STREAM));
        harness.head(200);
        harness.chunk(&(event("ADDED", "6") + &error));
        harness.sleep();
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
        harness.list(LIST);
        assert_eq!(harness.deliveries(), ["ADDED Initial b"]);
        harness.request();
        harness.accept_watch();
        harness.chunk(GONE);
        assert!(harness.request().starts_with(STREAM), "it is supported");
    }
}
