//! The state as a stream of events, and what is done where a server cannot send it.

use super::*;

const STREAM: &str = "/api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=";
const LIST: &str = r#"{"metadata":{"resourceVersion":"40"},"items":[{"metadata":{"name":"a","resourceVersion":"6"}},{"metadata":{"name":"b","resourceVersion":"7"}}]}"#;

fn streaming() -> Harness {
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
fn the_state_is_complete_with_the_bookmark_that_says_so_and_no_other() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    harness.chunk(&event("BOOKMARK", "30"));
    harness.wait();
    assert_eq!(harness.machine.version(), None, "initial events are no place to go on from");
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
fn a_gap_is_repaired_by_a_streamed_state_too() {
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

/// What happens after a server has shown that it cannot stream its state: it is listed, and neither
/// told twice nor asked for as a stream again.
fn lists_instead(mut harness: Harness, delivered: &[&str]) {
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(LIST);
    assert_eq!(harness.deliveries(), delivered);
    assert!(harness.request().contains("resourceVersion=40&"));
    harness.accept_watch();
    harness.chunk(GONE);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn a_server_that_refuses_is_listed() {
    for status in [400, 405, 422, 500, 501] {
        let mut harness = streaming();
        harness.head(status);
        harness.end();
        lists_instead(harness, &["ADDED Initial a", "ADDED Initial b"]);
    }
}

#[test]
fn a_server_that_gives_up_is_listed() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    harness.chunk("{\"type\":\"ERROR\",\"object\":{\"code\":500,\"message\":\"RequestWatchProgress is disabled\"}}\n");
    lists_instead(harness, &["ADDED Initial b"]);
}

#[test]
fn a_server_that_never_says_that_the_state_is_complete_is_listed() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    assert_eq!(harness.idle_timeout(), Duration::from_secs(10));
    lists_instead(harness, &["ADDED Initial b"]);
}

#[test]
fn a_streamed_state_that_breaks_off_is_listed_this_once() {
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
fn a_server_that_is_busy_is_asked_for_it_again() {
    let mut harness = streaming();
    harness.head_after(429, Some(Duration::from_secs(3)));
    harness.end();
    assert_eq!(harness.sleep(), Duration::from_secs(3));
    assert!(harness.request().starts_with(STREAM));
}

#[test]
fn rights_that_are_missing_are_told() {
    for status in [401, 403, 404] {
        let mut harness = streaming();
        harness.head(status);
        harness.end();
        assert_eq!(harness.error().status().unwrap().code, status);
    }
}

#[test]
fn a_stale_list_is_asked_for_where_any_state_will_do() {
    let settings = Settings { initial_list: InitialList::WatchCache, ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500&resourceVersion=0");
    harness.list(LIST);
    harness.deliveries();
    harness.request();
    harness.accept_watch();
    harness.chunk(GONE);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500", "after a gap only the newest will do");
}

#[test]
fn a_stale_list_that_breaks_off_is_taken_up_to_date() {
    let settings = Settings { initial_list: InitialList::WatchCache, ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    harness.request();
    harness.head(200);
    harness.chunk(LIST.split_once("},{").unwrap().0);
    harness.chunk("}");
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    harness.disconnect();
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500", "an older one would take it back");
}

#[test]
fn a_streamed_state_that_ends_too_soon_is_listed() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    harness.pass(Duration::from_secs(5));
    harness.end();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}
