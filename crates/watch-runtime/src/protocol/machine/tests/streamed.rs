//! The state as a stream of events, and what is done where a server cannot send it.

use super::*;

const STREAM: &str = "/api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=";
const LIST: &str = r#"{"metadata":{"resourceVersion":"40"},"items":[{"metadata":{"name":"a","resourceVersion":"6"}},{"metadata":{"name":"b","resourceVersion":"7"}}]}"#;

fn streaming() -> Bench {
    let mut bench = Bench::with(Settings::default(), StreamOptions::managed(), None);
    let request = bench.request();
    assert!(
        request.starts_with(STREAM) && request.ends_with("&allowWatchBookmarks=true"),
        "{request}"
    );
    bench
}

fn end(version: &str) -> String {
    format!(
        r#"{{"type":"BOOKMARK","object":{{"metadata":{{"resourceVersion":"{version}","annotations":{{"k8s.io/initial-events-end":"true"}}}}}}}}"#
    ) + "\n"
}

#[test]
fn the_state_is_complete_with_the_bookmark_that_says_so_and_no_other() {
    let mut bench = streaming();
    bench.head(200);
    bench.chunk(&event("ADDED", "6"));
    assert_eq!(bench.told(), ["ADDED Initial a"]);
    bench.chunk(&event("BOOKMARK", "30"));
    bench.wait();
    assert_eq!(bench.machine.version(), None, "initial events are no place to go on from");
    assert!(matches!(bench.machine.status(bench.now).phase, Phase::Listing { done: 1, .. }));
    bench.chunk(&(end("41") + &event("MODIFIED", "42")));
    assert_eq!(bench.told(), ["MODIFIED Live a"]);
    assert_eq!(bench.machine.version(), Some("42"));
    assert_eq!(bench.machine.status(bench.now).phase, Phase::Live);
    bench.pass(Duration::from_mins(1));
    bench.end();
    assert!(bench.request().contains("watch=true&resourceVersion=42&"));
}

#[test]
fn a_gap_is_repaired_by_a_streamed_state_too() {
    let mut bench = streaming();
    bench.head(200);
    bench.chunk(&(event("ADDED", "6") + &end("41")));
    assert_eq!(bench.told(), ["ADDED Initial a"]);
    bench.chunk(GONE);
    assert!(bench.request().starts_with(STREAM));
    bench.head(200);
    bench.chunk(&(event("ADDED", "6").replace("\"a\"", "\"b\"") + &end("60")));
    assert_eq!(bench.told(), ["ADDED Repair b", "DELETED Repair a"]);
    assert_eq!(bench.machine.version(), Some("60"));
}

/// What happens after a server has shown that it cannot stream its state: it is listed, and neither
/// told twice nor asked for as a stream again.
fn lists_instead(mut bench: Bench, told: &[&str]) {
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    bench.list(LIST);
    assert_eq!(bench.told(), told);
    assert!(bench.request().contains("resourceVersion=40&"));
    bench.watching();
    bench.chunk(GONE);
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
}

#[test]
fn a_server_that_refuses_is_listed() {
    for status in [400, 405, 422, 500, 501] {
        let mut bench = streaming();
        bench.head(status);
        bench.end();
        lists_instead(bench, &["ADDED Initial a", "ADDED Initial b"]);
    }
}

#[test]
fn a_server_that_gives_up_is_listed() {
    let mut bench = streaming();
    bench.head(200);
    bench.chunk(&event("ADDED", "6"));
    bench.told();
    bench.chunk("{\"type\":\"ERROR\",\"object\":{\"code\":500,\"message\":\"RequestWatchProgress is disabled\"}}\n");
    lists_instead(bench, &["ADDED Initial b"]);
}

#[test]
fn a_server_that_never_says_that_the_state_is_complete_is_listed() {
    let mut bench = streaming();
    bench.head(200);
    bench.chunk(&event("ADDED", "6"));
    bench.told();
    assert_eq!(bench.silence(), Duration::from_secs(10));
    lists_instead(bench, &["ADDED Initial b"]);
}

#[test]
fn a_streamed_state_that_breaks_off_is_listed_this_once() {
    let mut bench = streaming();
    bench.head(200);
    bench.chunk(&event("ADDED", "6"));
    bench.told();
    bench.cut();
    bench.sleep();
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    bench.list(LIST);
    assert_eq!(bench.told(), ["ADDED Initial b"]);
    bench.request();
    bench.watching();
    bench.chunk(GONE);
    assert!(bench.request().starts_with(STREAM));
}

#[test]
fn a_server_that_is_busy_is_asked_for_it_again() {
    let mut bench = streaming();
    bench.head_after(429, Some(Duration::from_secs(3)));
    bench.end();
    assert_eq!(bench.sleep(), Duration::from_secs(3));
    assert!(bench.request().starts_with(STREAM));
}

#[test]
fn rights_that_are_missing_are_told() {
    for status in [401, 403, 404] {
        let mut bench = streaming();
        bench.head(status);
        bench.end();
        assert_eq!(bench.error().status().unwrap().code, status);
    }
}

#[test]
fn a_stale_list_is_asked_for_where_any_state_will_do() {
    let settings = Settings { initial_list: InitialList::WatchCache, ..Settings::default() };
    let mut bench = Bench::with(settings, StreamOptions::managed(), None);
    assert_eq!(bench.request(), "/api/v1/pods?limit=500&resourceVersion=0");
    bench.list(LIST);
    bench.told();
    bench.request();
    bench.watching();
    bench.chunk(GONE);
    assert_eq!(bench.request(), "/api/v1/pods?limit=500", "after a gap only the newest will do");
}

#[test]
fn a_stale_list_that_breaks_off_is_taken_up_to_date() {
    let settings = Settings { initial_list: InitialList::WatchCache, ..Settings::default() };
    let mut bench = Bench::with(settings, StreamOptions::managed(), None);
    bench.request();
    bench.head(200);
    bench.chunk(LIST.split_once("},{").unwrap().0);
    bench.chunk("}");
    assert_eq!(bench.told(), ["ADDED Initial a"]);
    bench.cut();
    bench.sleep();
    assert_eq!(bench.request(), "/api/v1/pods?limit=500", "an older one would take it back");
}

#[test]
fn a_streamed_state_that_ends_too_soon_is_listed() {
    let mut bench = streaming();
    bench.head(200);
    bench.chunk(&event("ADDED", "6"));
    bench.told();
    bench.pass(Duration::from_secs(5));
    bench.end();
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
}
