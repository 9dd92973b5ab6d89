//! Tests of the machine: requests, waits and ends, in virtual time.

mod harness;
mod integrity;
mod recorded;
mod repair;
mod streaming_list;
mod timeouts;

use std::time::Duration;

use bytes::Bytes;
use harness::Harness;

use crate::protocol::event::{EventType, Origin};
use crate::protocol::machine::state::State;
use crate::protocol::machine::step::Step;
use crate::protocol::options::StreamOptions;
use crate::protocol::settings::{InitialList, Settings, StartFrom, Timeout};
use crate::protocol::status::{Cause, Phase};

fn event(etype: &str, version: &str) -> String {
    format!(
        "{{\"type\":\"{etype}\",\"object\":{{\"metadata\":{{\"name\":\"a\",\"resourceVersion\":\"{version}\"}}}}}}\n"
    )
}

const LIST: &str = r#"{"metadata":{"resourceVersion":"40"},"items":[{"metadata":{"name":"a","resourceVersion":"7"}}]}"#;
const GONE: &str = "{\"type\":\"ERROR\",\"object\":{\"message\":\"too old resource version: 1 (306)\",\"reason\":\"Expired\",\"code\":410}}\n";

fn managed(version: Option<&str>) -> Harness {
    Harness::new(StreamOptions::managed(), version)
}

fn unmanaged(version: Option<&str>) -> Harness {
    Harness::new(StreamOptions::unmanaged(), version)
}

#[test]
fn managed_without_a_version_lists_then_watches_from_the_lists() {
    let mut harness = managed(None);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.wait();
    harness.list(LIST);
    let (etype, origin, object) = harness.delivery();
    assert_eq!((etype, origin), (EventType::Added, Origin::Initial));
    assert!(object.contains("\"name\":\"a\""));
    assert_eq!(
        harness.machine.take_changed_version(),
        None,
        "an item's version is not where the list stands"
    );
    assert!(harness.request().contains("watch=true&resourceVersion=40&"));
    assert_eq!(harness.machine.take_changed_version(), Some("40"));
}

#[test]
fn version_zero_is_no_place_to_go_on_from() {
    assert_eq!(managed(Some("0")).request(), "/api/v1/pods?limit=500");
    assert!(unmanaged(Some("0")).request().contains("resourceVersion=0&"));
}

#[test]
fn pages_are_asked_for_until_there_is_no_token() {
    let mut harness = managed(None);
    harness.request();
    harness.list(r#"{"metadata":{"resourceVersion":"40","continue":"tok"},"items":[{"metadata":{"name":"a"}}]}"#);
    harness.delivery();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500&continue=tok");
    harness.list(r#"{"metadata":{"resourceVersion":"40"},"items":[{"metadata":{"name":"b"}}]}"#);
    harness.delivery();
    assert!(harness.request().contains("resourceVersion=40"));
}

#[test]
fn the_status_tells_how_far_the_state_has_come() {
    let mut harness = managed(None);
    let phase = |harness: &mut Harness| harness.machine.status(harness.now).phase;
    let listing = |done, remaining| Phase::Listing { done, remaining };
    assert_eq!(phase(&mut harness), Phase::Connecting);
    harness.request();
    harness.head(200);
    harness.chunk(r#"{"items":[{"metadata":{"name":"a"}}"#);
    harness.delivery();
    harness.disconnect();
    harness.sleep();
    harness.request();
    harness.head(200);
    assert_eq!(phase(&mut harness), listing(0, None), "it starts over");
    harness.chunk(r#"{"metadata":{"resourceVersion":"40","continue":"tok","remainingItemCount":3},"items":[{"metadata":{"name":"a"}}"#);
    harness.wait();
    assert_eq!(phase(&mut harness), listing(1, None));
    harness.chunk("]}");
    harness.end();
    harness.request();
    harness.head(200);
    assert_eq!(phase(&mut harness), listing(1, Some(3)));
    harness.chunk(r#"{"metadata":{"resourceVersion":"40"},"items":[{"metadata":{"name":"b"}},{"metadata":{"name":"c"}},"#);
    for (done, remaining) in [(2, Some(2)), (3, Some(1))] {
        harness.delivery();
        assert_eq!(phase(&mut harness), listing(done, remaining));
    }
    harness.chunk(r#"{"metadata":{"name":"d"}}]}"#);
    harness.end();
    harness.delivery();
    harness.request();
    assert_eq!(phase(&mut harness), Phase::Connecting);
    harness.head(200);
    assert_eq!(phase(&mut harness), Phase::Live);
}

#[test]
fn managed_goes_on_from_the_last_event_or_bookmark() {
    let mut harness = managed(Some("5"));
    assert!(harness.request().contains("resourceVersion=5&"));
    harness.accept_watch();
    harness.chunk(&event("ADDED", "6"));
    assert_eq!(harness.delivery().1, Origin::Live);
    assert_eq!(harness.machine.take_changed_version(), Some("6"));
    harness.wait();
    harness.chunk(&event("BOOKMARK", "9"));
    harness.wait();
    assert_eq!(harness.machine.take_changed_version(), Some("9"));
    harness.end();
    assert!(harness.request().contains("resourceVersion=9&"));
}

#[test]
fn an_event_that_is_not_yet_delivered_does_not_move_the_version() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk(&(event("ADDED", "6") + &event("ADDED", "7")));
    harness.delivery();
    harness.disconnect();
    harness.sleep();
    assert!(harness.request().contains("resourceVersion=6&"));
}

#[test]
fn unmanaged_begins_again_each_time() {
    let mut harness = unmanaged(None);
    for _ in 0..3 {
        assert_eq!(harness.request(), "/api/v1/pods?watch=true&timeoutSeconds=1");
        harness.accept_watch();
        harness.chunk(&event("ADDED", "6"));
        harness.delivery();
        harness.wait();
        harness.end();
    }
    let mut harness = unmanaged(Some("5"));
    for _ in 0..3 {
        assert!(harness.request().contains("resourceVersion=5&"));
        harness.accept_watch();
        harness.chunk(&event("ADDED", "6"));
        harness.delivery();
        harness.wait();
        harness.end();
    }
}

#[test]
fn quit_on_timeout_ends_without_an_error() {
    for options in [StreamOptions::managed(), StreamOptions::unmanaged()] {
        let mut harness = Harness::new(options.quit_on_timeout(true), Some("5"));
        harness.request();
        harness.accept_watch();
        harness.end();
        harness.ended();
        harness.ended();
    }
}

#[test]
fn a_cut_is_waited_out_when_managed_and_reported_when_not() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.disconnect();
    assert!(harness.sleep() < Duration::from_millis(200));
    assert!(harness.request().contains("resourceVersion=5&"));

    let mut harness = unmanaged(None);
    harness.request();
    harness.accept_watch();
    harness.disconnect();
    assert!(harness.error().is_disconnected());
}

#[test]
fn a_cut_events_fragment_is_discarded() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk(&(event("ADDED", "6") + r#"{"type":"ADDED","obj"#));
    harness.delivery();
    harness.wait();
    harness.end();
    harness.sleep();
    assert!(harness.request().contains("resourceVersion=6&"));
    harness.accept_watch();
    harness.chunk(&event("MODIFIED", "7"));
    assert_eq!(harness.delivery().0, EventType::Modified);
}

#[test]
fn a_watch_that_ends_at_once_is_not_restarted_in_a_busy_loop() {
    let mut harness = unmanaged(None);
    let mut slept = Duration::ZERO;
    for _ in 0..12 {
        harness.request();
        harness.head(200);
        harness.end();
        slept += harness.sleep();
    }
    assert!(slept > Duration::from_secs(10), "{slept:?}");
}

#[test]
fn gone_ends_an_unmanaged_stream_and_names_the_oldest_version() {
    let mut harness = unmanaged(Some("1"));
    harness.request();
    harness.head(200);
    harness.chunk(GONE);
    let error = harness.error();
    assert!(error.is_gone() && error.is_terminal());
    assert!(error.to_string().contains("the oldest version it has is 306"), "{error}");
    harness.ended();
}

#[test]
fn what_may_pass_is_waited_out_when_managed() {
    for status in [429, 502, 503, 504] {
        let mut harness = managed(Some("5"));
        harness.request();
        harness.head_after(status, Some(Duration::from_secs(7)));
        harness.wait();
        harness.end();
        assert_eq!(harness.sleep(), Duration::from_secs(7));
        harness.request();

        let mut harness = unmanaged(Some("5"));
        harness.request();
        harness.head(status);
        harness.end();
        assert_eq!(harness.error().status().unwrap().code, status);
    }
}

#[test]
fn an_error_event_with_a_delay_is_waited_out_when_managed() {
    let mut harness = managed(Some("9"));
    harness.request();
    harness.head(200);
    harness.chunk("{\"type\":\"ERROR\",\"object\":{\"message\":\"Timeout: Too large resource version: 9, current: 7\",\"reason\":\"Timeout\",\"details\":{\"retryAfterSeconds\":1},\"code\":504}}\n");
    assert!(harness.sleep() >= Duration::from_secs(1));
    assert!(harness.request().contains("resourceVersion=9&"));
}

#[test]
fn what_no_retry_mends_ends_the_stream_with_the_servers_words() {
    for status in [400, 401, 403, 404, 405, 422, 500] {
        for mut harness in [managed(None), unmanaged(None)] {
            harness.request();
            harness.head(status);
            harness.chunk("{\n  \"kind\": \"Status\",\n  \"message\": \"no\",");
            harness.chunk("\n  \"reason\": \"Because\",\n  \"code\": ");
            harness.chunk(&format!("{status}\n}}"));
            harness.end();
            let error = harness.error();
            let delivered = error.status().unwrap();
            assert_eq!((delivered.code, delivered.reason.as_str()), (status, "Because"));
            assert!(error.to_string().contains("pods/v1"), "{error}");
        }
    }
}

#[test]
fn a_refusal_that_breaks_off_is_still_a_refusal() {
    let mut harness = managed(None);
    harness.request();
    harness.head(403);
    harness.chunk("{\"message\":");
    harness.disconnect();
    assert!(harness.error().is_forbidden());
}

#[test]
fn a_server_never_reached_is_an_error_and_one_that_is_away_is_waited_for() {
    for mut harness in [managed(None), unmanaged(None)] {
        harness.request();
        harness.machine.on_unreachable("connection refused".into());
        assert!(harness.error().is_connect());
    }
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.disconnect();
    for _ in 0..20 {
        assert!(harness.sleep() <= Duration::from_secs(30));
        assert!(harness.request().contains("resourceVersion=5&"));
        harness.machine.on_unreachable("connection refused".into());
    }
}

#[test]
fn a_watch_that_lasted_until_its_timeout_makes_up_for_failures_before() {
    let mut harness = managed(Some("5"));
    for _ in 0..20 {
        harness.request();
        harness.head(503);
        harness.end();
        harness.sleep();
    }
    harness.request();
    harness.accept_watch();
    harness.end();
    harness.request();
    harness.head(503);
    harness.end();
    assert!(harness.sleep() <= Duration::from_millis(200));
}

#[test]
fn a_list_that_breaks_off_is_asked_for_again() {
    let mut harness = managed(None);
    harness.request();
    harness.head(200);
    harness.chunk(&LIST[..30]);
    harness.disconnect();
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(LIST);
    harness.delivery();
}

#[test]
fn nonsense_ends_the_stream_and_says_what_it_is() {
    let mut harness = unmanaged(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk("<html>\n");
    assert!(harness.error().to_string().contains("a line that is not a watch event"));
    for body in ["<html>", "{\"items\":[]}"] {
        let mut harness = managed(None);
        harness.request();
        harness.list(body);
        assert!(harness.error().to_string().starts_with("listing pods/v1: the API server sent"));
    }
}

#[test]
fn an_unknown_event_type_is_skipped() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk(&(event("RENAMED", "6") + &event("ADDED", "7")));
    assert_eq!(harness.delivery().0, EventType::Added);
}
