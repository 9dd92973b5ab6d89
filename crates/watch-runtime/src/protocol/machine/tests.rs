//! The machine by itself: requests, waits and ends, in made-up time.

mod bench;
mod integrity;
mod recorded;
mod repair;
mod streamed;
mod waiting;

use std::time::Duration;

use bench::Bench;
use bytes::Bytes;

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

fn managed(version: Option<&str>) -> Bench {
    Bench::new(StreamOptions::managed(), version)
}

fn unmanaged(version: Option<&str>) -> Bench {
    Bench::new(StreamOptions::unmanaged(), version)
}

#[test]
fn managed_without_a_version_lists_then_watches_from_the_lists() {
    let mut bench = managed(None);
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    bench.wait();
    bench.list(LIST);
    let (etype, origin, object) = bench.delivery();
    assert_eq!((etype, origin), (EventType::Added, Origin::Initial));
    assert!(object.contains("\"name\":\"a\""));
    assert_eq!(bench.machine.take_moved(), None, "an item's version is not where the list stands");
    assert!(bench.request().contains("watch=true&resourceVersion=40&"));
    assert_eq!(bench.machine.take_moved(), Some("40"));
}

#[test]
fn version_zero_is_no_place_to_go_on_from() {
    assert_eq!(managed(Some("0")).request(), "/api/v1/pods?limit=500");
    assert!(unmanaged(Some("0")).request().contains("resourceVersion=0&"));
}

#[test]
fn pages_are_asked_for_until_there_is_no_token() {
    let mut bench = managed(None);
    bench.request();
    bench.list(r#"{"metadata":{"resourceVersion":"40","continue":"tok"},"items":[{"metadata":{"name":"a"}}]}"#);
    bench.delivery();
    assert_eq!(bench.request(), "/api/v1/pods?limit=500&continue=tok");
    bench.list(r#"{"metadata":{"resourceVersion":"40"},"items":[{"metadata":{"name":"b"}}]}"#);
    bench.delivery();
    assert!(bench.request().contains("resourceVersion=40"));
}

#[test]
fn the_status_tells_how_far_the_state_has_come() {
    let mut bench = managed(None);
    let phase = |bench: &mut Bench| bench.machine.status(bench.now).phase;
    let listing = |done, remaining| Phase::Listing { done, remaining };
    assert_eq!(phase(&mut bench), Phase::Connecting);
    bench.request();
    bench.head(200);
    bench.chunk(r#"{"items":[{"metadata":{"name":"a"}}"#);
    bench.delivery();
    bench.cut();
    bench.sleep();
    bench.request();
    bench.head(200);
    assert_eq!(phase(&mut bench), listing(0, None), "it starts over");
    bench.chunk(r#"{"metadata":{"resourceVersion":"40","continue":"tok","remainingItemCount":3},"items":[{"metadata":{"name":"a"}}"#);
    bench.wait();
    assert_eq!(phase(&mut bench), listing(1, None));
    bench.chunk("]}");
    bench.end();
    bench.request();
    bench.head(200);
    assert_eq!(phase(&mut bench), listing(1, Some(3)));
    bench.chunk(r#"{"metadata":{"resourceVersion":"40"},"items":[{"metadata":{"name":"b"}},{"metadata":{"name":"c"}},"#);
    for (done, remaining) in [(2, Some(2)), (3, Some(1))] {
        bench.delivery();
        assert_eq!(phase(&mut bench), listing(done, remaining));
    }
    bench.chunk(r#"{"metadata":{"name":"d"}}]}"#);
    bench.end();
    bench.delivery();
    bench.request();
    assert_eq!(phase(&mut bench), Phase::Connecting);
    bench.head(200);
    assert_eq!(phase(&mut bench), Phase::Live);
}

#[test]
fn managed_goes_on_from_the_last_event_or_bookmark() {
    let mut bench = managed(Some("5"));
    assert!(bench.request().contains("resourceVersion=5&"));
    bench.watching();
    bench.chunk(&event("ADDED", "6"));
    assert_eq!(bench.delivery().1, Origin::Live);
    assert_eq!(bench.machine.take_moved(), Some("6"));
    bench.wait();
    bench.chunk(&event("BOOKMARK", "9"));
    bench.wait();
    assert_eq!(bench.machine.take_moved(), Some("9"));
    bench.end();
    assert!(bench.request().contains("resourceVersion=9&"));
}

#[test]
fn an_event_that_is_not_yet_delivered_does_not_move_the_version() {
    let mut bench = managed(Some("5"));
    bench.request();
    bench.watching();
    bench.chunk(&(event("ADDED", "6") + &event("ADDED", "7")));
    bench.delivery();
    bench.cut();
    bench.sleep();
    assert!(bench.request().contains("resourceVersion=6&"));
}

#[test]
fn unmanaged_begins_again_each_time() {
    let mut bench = unmanaged(None);
    for _ in 0..3 {
        assert_eq!(bench.request(), "/api/v1/pods?watch=true&timeoutSeconds=1");
        bench.watching();
        bench.chunk(&event("ADDED", "6"));
        bench.delivery();
        bench.wait();
        bench.end();
    }
    let mut bench = unmanaged(Some("5"));
    for _ in 0..3 {
        assert!(bench.request().contains("resourceVersion=5&"));
        bench.watching();
        bench.chunk(&event("ADDED", "6"));
        bench.delivery();
        bench.wait();
        bench.end();
    }
}

#[test]
fn quit_on_timeout_ends_without_an_error() {
    for options in [StreamOptions::managed(), StreamOptions::unmanaged()] {
        let mut bench = Bench::new(options.quit_on_timeout(true), Some("5"));
        bench.request();
        bench.watching();
        bench.end();
        bench.ended();
        bench.ended();
    }
}

#[test]
fn a_cut_is_waited_out_when_managed_and_reported_when_not() {
    let mut bench = managed(Some("5"));
    bench.request();
    bench.watching();
    bench.cut();
    assert!(bench.sleep() < Duration::from_millis(200));
    assert!(bench.request().contains("resourceVersion=5&"));

    let mut bench = unmanaged(None);
    bench.request();
    bench.watching();
    bench.cut();
    assert!(bench.error().is_disconnected());
}

#[test]
fn a_cut_events_fragment_is_discarded() {
    let mut bench = managed(Some("5"));
    bench.request();
    bench.watching();
    bench.chunk(&(event("ADDED", "6") + r#"{"type":"ADDED","obj"#));
    bench.delivery();
    bench.wait();
    bench.end();
    bench.sleep();
    assert!(bench.request().contains("resourceVersion=6&"));
    bench.watching();
    bench.chunk(&event("MODIFIED", "7"));
    assert_eq!(bench.delivery().0, EventType::Modified);
}

#[test]
fn a_watch_that_ends_at_once_is_not_restarted_in_a_busy_loop() {
    let mut bench = unmanaged(None);
    let mut slept = Duration::ZERO;
    for _ in 0..12 {
        bench.request();
        bench.head(200);
        bench.end();
        slept += bench.sleep();
    }
    assert!(slept > Duration::from_secs(10), "{slept:?}");
}

#[test]
fn gone_ends_an_unmanaged_stream_and_names_the_oldest_version() {
    let mut bench = unmanaged(Some("1"));
    bench.request();
    bench.head(200);
    bench.chunk(GONE);
    let error = bench.error();
    assert!(error.is_gone() && error.is_terminal());
    assert!(error.to_string().contains("the oldest version that it has is 306"), "{error}");
    bench.ended();
}

#[test]
fn what_may_pass_is_waited_out_when_managed() {
    for status in [429, 502, 503, 504] {
        let mut bench = managed(Some("5"));
        bench.request();
        bench.head_after(status, Some(Duration::from_secs(7)));
        bench.wait();
        bench.end();
        assert_eq!(bench.sleep(), Duration::from_secs(7));
        bench.request();

        let mut bench = unmanaged(Some("5"));
        bench.request();
        bench.head(status);
        bench.end();
        assert_eq!(bench.error().status().unwrap().code, status);
    }
}

#[test]
fn an_error_event_with_a_delay_is_waited_out_when_managed() {
    let mut bench = managed(Some("9"));
    bench.request();
    bench.head(200);
    bench.chunk("{\"type\":\"ERROR\",\"object\":{\"message\":\"Timeout: Too large resource version: 9, current: 7\",\"reason\":\"Timeout\",\"details\":{\"retryAfterSeconds\":1},\"code\":504}}\n");
    assert!(bench.sleep() >= Duration::from_secs(1));
    assert!(bench.request().contains("resourceVersion=9&"));
}

#[test]
fn what_no_retry_mends_ends_the_stream_with_the_servers_words() {
    for status in [400, 401, 403, 404, 405, 422, 500] {
        for mut bench in [managed(None), unmanaged(None)] {
            bench.request();
            bench.head(status);
            bench.chunk("{\n  \"kind\": \"Status\",\n  \"message\": \"no\",");
            bench.chunk("\n  \"reason\": \"Because\",\n  \"code\": ");
            bench.chunk(&format!("{status}\n}}"));
            bench.end();
            let error = bench.error();
            let told = error.status().unwrap();
            assert_eq!((told.code, told.reason.as_str()), (status, "Because"));
            assert!(error.to_string().contains("pods/v1"), "{error}");
        }
    }
}

#[test]
fn a_refusal_that_breaks_off_is_still_a_refusal() {
    let mut bench = managed(None);
    bench.request();
    bench.head(403);
    bench.chunk("{\"message\":");
    bench.cut();
    assert!(bench.error().is_forbidden());
}

#[test]
fn a_server_never_reached_is_an_error_and_one_that_is_away_is_waited_for() {
    for mut bench in [managed(None), unmanaged(None)] {
        bench.request();
        bench.machine.on_unreachable("connection refused".into());
        assert!(bench.error().is_connect());
    }
    let mut bench = managed(Some("5"));
    bench.request();
    bench.watching();
    bench.cut();
    for _ in 0..20 {
        assert!(bench.sleep() <= Duration::from_secs(30));
        assert!(bench.request().contains("resourceVersion=5&"));
        bench.machine.on_unreachable("connection refused".into());
    }
}

#[test]
fn a_watch_that_lasted_until_its_timeout_makes_up_for_failures_before() {
    let mut bench = managed(Some("5"));
    for _ in 0..20 {
        bench.request();
        bench.head(503);
        bench.end();
        bench.sleep();
    }
    bench.request();
    bench.watching();
    bench.end();
    bench.request();
    bench.head(503);
    bench.end();
    assert!(bench.sleep() <= Duration::from_millis(200));
}

#[test]
fn a_list_that_breaks_off_is_asked_for_again() {
    let mut bench = managed(None);
    bench.request();
    bench.head(200);
    bench.chunk(&LIST[..30]);
    bench.cut();
    bench.sleep();
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    bench.list(LIST);
    bench.delivery();
}

#[test]
fn nonsense_ends_the_stream_and_says_what_it_is() {
    let mut bench = unmanaged(Some("5"));
    bench.request();
    bench.watching();
    bench.chunk("<html>\n");
    assert!(bench.error().to_string().contains("a line that is no watch event"));
    for body in ["<html>", "{\"items\":[]}"] {
        let mut bench = managed(None);
        bench.request();
        bench.list(body);
        assert!(bench.error().to_string().starts_with("listing pods/v1: the API server sent"));
    }
}

#[test]
fn an_unknown_event_type_is_skipped() {
    let mut bench = managed(Some("5"));
    bench.request();
    bench.watching();
    bench.chunk(&(event("RENAMED", "6") + &event("ADDED", "7")));
    assert_eq!(bench.delivery().0, EventType::Added);
}
