//! What a server does not say, or only pretends: lost deletions, versions that it has yet to reach.

use super::*;

fn object(etype: &str, uid: &str, version: u32) -> String {
    format!(
        "{{\"type\":\"{etype}\",\"object\":{{\"metadata\":{{\"name\":\"a\",\"uid\":\"{uid}\",\"resourceVersion\":\"{version}\"}}}}}}\n"
    )
}

fn watching(version: &str) -> Harness {
    let mut harness = managed(Some(version));
    harness.request();
    harness.accept_watch();
    harness
}

const PROBE: &str = "/api/v1/pods?limit=1";

fn at(version: u32) -> String {
    format!(r#"{{"metadata":{{"resourceVersion":"{version}"}},"items":[{{"metadata":{{}}}}]}}"#)
}

#[test]
fn a_name_that_stands_for_another_object_tells_of_a_lost_deletion_first() {
    for etype in ["ADDED", "MODIFIED"] {
        let mut harness = watching("5");
        harness.chunk(&(object("ADDED", "1", 6) + &object(etype, "2", 8)));
        assert_eq!(harness.deliveries(), ["ADDED Live a", "DELETED Repair a", "ADDED Live a"]);
        assert_eq!(harness.machine.version(), Some("8"));
    }
    let mut harness = unmanaged(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk(&(object("ADDED", "1", 6) + &object("MODIFIED", "2", 8)));
    assert_eq!(harness.deliveries(), ["ADDED Live a", "MODIFIED Live a"], "as the server tells it");
}

#[test]
fn a_lost_deletion_is_told_though_the_stream_stops_in_between() {
    let mut harness = watching("5");
    harness.chunk(&(object("ADDED", "1", 6) + &object("ADDED", "2", 8)));
    harness.delivery();
    assert_eq!(harness.delivery().0, EventType::Deleted);
    let mut harness = harness.restart_stream(StreamOptions::managed());
    assert!(harness.request().contains("resourceVersion=6&"));
    harness.accept_watch();
    harness.chunk(&object("ADDED", "2", 8));
    assert_eq!(harness.deliveries(), ["ADDED Live a"]);
}

#[test]
fn what_was_delivered_already_is_not_told_again() {
    let mut harness = watching("5");
    harness.chunk(&(object("ADDED", "1", 6) + &object("MODIFIED", "1", 6)));
    assert_eq!(harness.deliveries(), ["ADDED Live a"]);
    harness.chunk(&object("MODIFIED", "1", 7));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
}

#[test]
fn a_version_that_the_server_only_pretends_to_know_is_found_out() {
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
fn without_repair_such_a_version_ends_the_stream() {
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
fn a_server_that_is_as_far_is_asked_only_once() {
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
fn what_has_sent_something_is_not_doubted_until_the_connection_breaks() {
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
fn a_probe_that_fails_does_no_harm() {
    for answer in [403, 410, 422, 503, 200, 0] {
        let mut harness = watching("40");
        harness.idle_timeout();
        harness.sleep();
        assert_eq!(harness.request(), PROBE);
        match answer {
            0 => harness.machine.on_unreachable("connection refused".into()),
            200 => harness.list("<html>"),
            status => {
                harness.head(status);
                harness.end();
            }
        }
        if answer != 200 {
            harness.sleep();
        }
        assert!(harness.request().contains("watch=true&resourceVersion=40&"), "{answer}");
        if answer != 0 {
            // It was asked, and does not say.
            harness.accept_watch();
            harness.idle_timeout();
            harness.sleep();
            assert!(harness.request().contains("watch=true"), "{answer}");
        }
    }
}

#[test]
fn an_older_bookmark_tells_that_the_server_was_set_back() {
    let mut harness = watching("900");
    harness.chunk(&event("BOOKMARK", "40"));
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    assert_eq!(harness.machine.version(), Some("900"), "nothing was delivered yet");
    harness.list(LIST);
    harness.deliveries();
    assert_eq!(harness.machine.version(), Some("40"));
}

#[test]
fn restarts_are_counted_and_next_steps_are_not() {
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
    assert_eq!(harness.machine.status(harness.now).restarts, 4);
}

#[test]
fn a_probe_whose_answer_has_no_end_does_no_harm() {
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
fn a_state_that_was_just_told_is_not_doubted() {
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
fn a_server_that_was_away_is_doubted() {
    let mut harness = watching("40");
    harness.chunk(&event("BOOKMARK", "40"));
    harness.wait();
    harness.end();
    harness.request();
    harness.machine.on_unreachable("connection refused".into());
    harness.sleep();
    harness.request();
    harness.accept_watch();
    harness.idle_timeout();
    harness.sleep();
    assert_eq!(harness.request(), PROBE);
}

#[test]
fn the_version_never_goes_back() {
    let mut harness = watching("40");
    harness.chunk(&(event("BOOKMARK", "50") + &event("MODIFIED", "45")));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    assert_eq!(harness.machine.version(), Some("50"));
}
