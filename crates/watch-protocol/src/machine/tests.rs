//! Tests of the machine: requests, waits and ends, in virtual time.

mod backoff;
mod failure_policy;
mod failures;
mod first_success;
mod give_up;
mod harness;
mod hidden_gap;
mod idle_timeout;
mod initial_objects;
mod missing_resource;
mod odd_framing;
mod odd_objects;
mod oldest_event;
mod pages;
mod protobuf_faults;
mod recorded_streams;
mod rejected_versions;
mod relist;
mod rollback;
mod shards;
mod streaming_list;
mod tables;
mod unversioned_lists;
mod watch_events;
mod wires;

use std::time::Duration;

use bytes::Bytes;
use harness::Harness;

use crate::event::{EventType, Origin};
use crate::machine::state::State;
use crate::machine::step::Step;
use crate::options::StreamOptions;
use crate::settings::{InitialList, Settings, StartFrom, Timeout};
use crate::status::{Cause, Phase};

/// An event line about the object `a`.
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

/// A managed stream whose watch from `version` was accepted.
fn watching(version: &str) -> Harness {
    let mut harness = managed(Some(version));
    harness.request();
    harness.accept_watch();
    harness
}

#[test]
fn managed_without_version_lists_then_watches_from_the_list() {
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
        "the version of an item is not the version of the list"
    );
    assert!(harness.request().contains("watch=true&resourceVersion=40&"));
    assert_eq!(harness.machine.take_changed_version(), Some("40"));
}

#[test]
fn managed_from_version_zero_lists() {
    assert_eq!(managed(Some("0")).request(), "/api/v1/pods?limit=500");
    assert!(unmanaged(Some("0")).request().contains("resourceVersion=0&"));
}

#[test]
fn pages_are_requested_until_there_is_no_continue_token() {
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
fn status_reports_the_progress_of_the_list() {
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
    assert_eq!(phase(&mut harness), listing(0, None), "the list starts over");
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
fn managed_resumes_from_the_last_event_or_bookmark() {
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
fn undelivered_event_does_not_advance_the_version() {
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
fn unmanaged_watch_starts_over_each_time() {
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
fn restarts_count_but_next_requests_do_not() {
    let mut harness = managed(None);
    harness.request();
    harness.list(r#"{"metadata":{"resourceVersion":"40","continue":"tok"},"items":[]}"#);
    harness.request();
    harness.list(LIST);
    harness.deliveries();
    let cause = |harness: &mut Harness| match harness.step() {
        Step::Send(sending) => sending.cause,
        other => panic!("{other:?}"),
    };
    assert_eq!(cause(&mut harness), None);
    harness.accept_watch();
    harness.end();
    assert_eq!(cause(&mut harness), Some(Cause::Timeout));
    harness.accept_watch();
    harness.disconnect();
    harness.sleep();
    assert_eq!(cause(&mut harness), Some(Cause::Disconnected));
    harness.head(429);
    harness.end();
    harness.sleep();
    assert_eq!(cause(&mut harness), Some(Cause::Rejected(429)));
    harness.accept_watch();
    harness.chunk(GONE);
    assert_eq!(cause(&mut harness), Some(Cause::Gone));
    let status = harness.machine.status(harness.now);
    assert_eq!((status.restarts, status.reconnects), (4, 2), "429 was no connection");
}
