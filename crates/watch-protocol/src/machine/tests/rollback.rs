//! Version probes, and servers that were rolled back.

use super::relist::{item, list, watching_from_version_10};
use super::*;

const PROBE: &str = "/api/v1/pods?limit=1";

fn at(version: u32) -> String {
    format!(r#"{{"metadata":{{"resourceVersion":"{version}"}},"items":[{{"metadata":{{}}}}]}}"#)
}

#[test]
fn version_probe_detects_a_rollback() {
    let mut harness = watching("900");
    harness.idle_timeout();
    harness.sleep();
    assert_eq!(harness.request(), PROBE);
    harness.list(&at(40));
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(LIST);
    assert_eq!(harness.deliveries(), ["ADDED Repair a"]);
    assert!(harness.request().contains("resourceVersion=40&"));
}

#[test]
fn rollback_without_repair_ends_the_stream() {
    let settings = Settings { ends_at_gaps: true, ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), Some("900"));
    harness.request();
    harness.accept_watch();
    harness.idle_timeout();
    harness.sleep();
    harness.request();
    harness.list(&at(40));
    let error = harness.error().to_string();
    assert!(error.contains("is at version 40 and has yet to reach 900"), "{error}");
}

#[test]
fn confirmed_version_is_not_probed_again() {
    let mut harness = watching("40");
    harness.idle_timeout();
    harness.sleep();
    assert_eq!(harness.request(), PROBE);
    harness.list(&at(40));
    assert!(harness.request().contains("resourceVersion=40&"));
    harness.accept_watch();
    harness.idle_timeout();
    harness.sleep();
    assert!(harness.request().contains("watch=true&resourceVersion=40&"));
}

#[test]
fn received_event_confirms_the_version_until_a_disconnect() {
    let mut harness = watching("40");
    harness.chunk(&event("BOOKMARK", "40"));
    harness.idle_timeout();
    harness.sleep();
    assert!(harness.request().contains("watch=true"));
    harness.accept_watch();
    harness.disconnect();
    harness.sleep();
    assert!(harness.request().contains("watch=true"));
    harness.accept_watch();
    harness.idle_timeout();
    harness.sleep();
    assert_eq!(harness.request(), PROBE);
}

#[test]
fn failed_version_probe_resumes_the_watch() {
    for response in [403, 410, 422, 503, 200, 0] {
        let mut harness = watching("40");
        harness.idle_timeout();
        harness.sleep();
        assert_eq!(harness.request(), PROBE);
        match response {
            0 => harness.machine.on_unreachable("connection refused".into(), harness.now),
            200 => harness.list("<html>"),
            status => {
                harness.head(status);
                harness.end();
            }
        }
        if response != 200 {
            harness.sleep();
        }
        assert!(harness.request().contains("watch=true&resourceVersion=40&"), "{response}");
        if response != 0 {
            // It was probed already, without a result.
            harness.accept_watch();
            harness.idle_timeout();
            harness.sleep();
            assert!(harness.request().contains("watch=true"), "{response}");
        }
    }
}

#[test]
fn older_bookmark_reveals_a_rollback() {
    let mut harness = watching("900");
    harness.chunk(&event("BOOKMARK", "40"));
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    assert_eq!(harness.machine.version(), Some("900"), "nothing was delivered yet");
    harness.list(LIST);
    harness.deliveries();
    assert_eq!(harness.machine.version(), Some("40"));
}

#[test]
fn oversized_version_probe_resumes_the_watch() {
    let settings = Settings { max_event_bytes: Some(100), ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), Some("40"));
    harness.request();
    harness.accept_watch();
    harness.idle_timeout();
    harness.sleep();
    assert_eq!(harness.request(), PROBE);
    harness.head(200);
    harness.chunk(&format!(r#"{{"items":[{{"a":"{}"#, "a".repeat(200)));
    assert!(harness.request().contains("watch=true&resourceVersion=40&"));
}

#[test]
fn completed_list_confirms_the_version() {
    let mut harness = managed(None);
    harness.request();
    harness.list(LIST);
    harness.deliveries();
    harness.request();
    harness.accept_watch();
    harness.idle_timeout();
    harness.sleep();
    assert!(harness.request().contains("watch=true&resourceVersion=40&"));
}

#[test]
fn unreachable_server_revokes_the_confirmation() {
    let mut harness = watching("40");
    harness.chunk(&event("BOOKMARK", "40"));
    harness.wait();
    harness.end();
    harness.request();
    harness.machine.on_unreachable("connection refused".into(), harness.now);
    harness.sleep();
    harness.request();
    harness.accept_watch();
    harness.idle_timeout();
    harness.sleep();
    assert_eq!(harness.request(), PROBE);
}

#[test]
fn repeated_too_large_version_reveals_a_rollback() {
    let mut harness = watching_from_version_10();
    harness.end();
    for _ in 0..5 {
        assert!(harness.request().contains("resourceVersion=10&"));
        harness.head_after(504, Some(Duration::from_secs(1)));
        harness.chunk(r#"{"message":"Timeout: Too large resource version: 10, current: 7"}"#);
        harness.end();
        harness.sleep();
    }
    assert_eq!(harness.request(), "/api/v1/pods?limit=1");
    harness.list(&list(7, "", &[]));
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&list(7, "", &[item("a", "1", 5), item("b", "2", 6)]));
    // Versions 5 and 6 may stand for other states now.
    assert_eq!(
        harness.deliveries(),
        ["MODIFIED Repair a", "MODIFIED Repair b", "DELETED Repair c", "DELETED Repair d"]
    );
    assert!(harness.request().contains("resourceVersion=7&"));
}

#[test]
fn lagging_server_is_not_taken_for_rolled_back() {
    let too_large = |harness: &mut Harness| {
        for _ in 0..5 {
            assert!(harness.request().contains("resourceVersion=10&"));
            harness.head(504);
            harness.chunk(r#"{"message":"Timeout: Too large resource version: 10, current: 7"}"#);
            harness.end();
            harness.sleep();
        }
        assert_eq!(harness.request(), "/api/v1/pods?limit=1");
    };
    let mut harness = watching_from_version_10();
    harness.end();
    for current in [10, 12] {
        too_large(&mut harness);
        harness.list(&list(current, "", &[]));
    }
    too_large(&mut harness);
    // A version that cannot be compared is no evidence against a rollback.
    harness.list(r#"{"metadata":{"resourceVersion":"x"},"items":[]}"#);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn older_relist_after_a_gap_reveals_a_rollback() {
    let mut harness = watching_from_version_10();
    harness.chunk(GONE);
    harness.request();
    let items = [item("a", "1", 5), item("b", "2", 9)];
    harness.list(&list(9, "", &items));
    assert_eq!(harness.deliveries(), ["MODIFIED Repair b"]);
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&list(9, "", &items));
    assert_eq!(
        harness.deliveries(),
        ["MODIFIED Repair a", "MODIFIED Repair b", "DELETED Repair c", "DELETED Repair d"]
    );
    assert!(harness.request().contains("resourceVersion=9&"));
}

#[test]
fn stopped_relist_after_a_rollback_is_completed_by_the_next_stream() {
    let mut harness = watching_from_version_10();
    harness.chunk(&event("BOOKMARK", "7"));
    harness.request();
    let items = [item("a", "1", 5), item("b", "2", 6)];
    harness.list(&list(7, "", &items));
    assert!(matches!(harness.step(), Step::Deliver(d) if d.identity.name == "a"));
    let mut harness = harness.restart_stream(StreamOptions::managed());
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&list(9, "", &items));
    assert_eq!(harness.deliveries(), ["MODIFIED Repair b", "DELETED Repair c", "DELETED Repair d"]);
    assert!(harness.request().contains("resourceVersion=9&"));
    let mut harness = harness.restart_stream(StreamOptions::managed());
    assert!(harness.request().contains("resourceVersion=9&"));
}
