//! What a server does not say, or only pretends: lost deletions, versions that it has yet to reach.

use super::*;

fn object(etype: &str, uid: &str, version: u32) -> String {
    format!(
        "{{\"type\":\"{etype}\",\"object\":{{\"metadata\":{{\"name\":\"a\",\"uid\":\"{uid}\",\"resourceVersion\":\"{version}\"}}}}}}\n"
    )
}

fn watching(version: &str) -> Bench {
    let mut bench = managed(Some(version));
    bench.request();
    bench.watching();
    bench
}

const PROBE: &str = "/api/v1/pods?limit=1";

fn at(version: u32) -> String {
    format!(r#"{{"metadata":{{"resourceVersion":"{version}"}},"items":[{{"metadata":{{}}}}]}}"#)
}

#[test]
fn a_name_that_stands_for_another_object_tells_of_a_lost_deletion_first() {
    for etype in ["ADDED", "MODIFIED"] {
        let mut bench = watching("5");
        bench.chunk(&(object("ADDED", "1", 6) + &object(etype, "2", 8)));
        assert_eq!(bench.told(), ["ADDED Live a", "DELETED Repair a", "ADDED Live a"]);
        assert_eq!(bench.machine.version(), Some("8"));
    }
    let mut bench = unmanaged(Some("5"));
    bench.request();
    bench.watching();
    bench.chunk(&(object("ADDED", "1", 6) + &object("MODIFIED", "2", 8)));
    assert_eq!(bench.told(), ["ADDED Live a", "MODIFIED Live a"], "as the server tells it");
}

#[test]
fn a_lost_deletion_is_told_though_the_stream_stops_in_between() {
    let mut bench = watching("5");
    bench.chunk(&(object("ADDED", "1", 6) + &object("ADDED", "2", 8)));
    bench.delivery();
    assert_eq!(bench.delivery().0, EventType::Deleted);
    let mut bench = bench.again(StreamOptions::managed());
    assert!(bench.request().contains("resourceVersion=6&"));
    bench.watching();
    bench.chunk(&object("ADDED", "2", 8));
    assert_eq!(bench.told(), ["ADDED Live a"]);
}

#[test]
fn what_was_delivered_already_is_not_told_again() {
    let mut bench = watching("5");
    bench.chunk(&(object("ADDED", "1", 6) + &object("MODIFIED", "1", 6)));
    assert_eq!(bench.told(), ["ADDED Live a"]);
    bench.chunk(&object("MODIFIED", "1", 7));
    assert_eq!(bench.told(), ["MODIFIED Live a"]);
}

#[test]
fn a_version_that_the_server_only_pretends_to_know_is_found_out() {
    let mut bench = watching("900");
    bench.silence();
    bench.sleep();
    assert_eq!(bench.request(), PROBE);
    bench.list(&at(40));
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    bench.list(LIST);
    assert_eq!(bench.told(), ["ADDED Repair a"]);
    assert!(bench.request().contains("resourceVersion=40&"));
}

#[test]
fn without_repair_such_a_version_ends_the_stream() {
    let settings = Settings { ends_at_gaps: true, ..Settings::default() };
    let mut bench = Bench::with(settings, StreamOptions::managed(), Some("900"));
    bench.request();
    bench.watching();
    bench.silence();
    bench.sleep();
    bench.request();
    bench.list(&at(40));
    let error = bench.error().to_string();
    assert!(error.contains("is at version 40, and has yet to reach 900"), "{error}");
}

#[test]
fn a_server_that_is_as_far_is_asked_only_once() {
    let mut bench = watching("40");
    bench.silence();
    bench.sleep();
    assert_eq!(bench.request(), PROBE);
    bench.list(&at(40));
    assert!(bench.request().contains("resourceVersion=40&"));
    bench.watching();
    bench.silence();
    bench.sleep();
    assert!(bench.request().contains("watch=true&resourceVersion=40&"));
}

#[test]
fn what_has_sent_something_is_not_doubted_until_the_connection_breaks() {
    let mut bench = watching("40");
    bench.chunk(&event("BOOKMARK", "40"));
    bench.silence();
    bench.sleep();
    assert!(bench.request().contains("watch=true"));
    bench.watching();
    bench.cut();
    bench.sleep();
    assert!(bench.request().contains("watch=true"));
    bench.watching();
    bench.silence();
    bench.sleep();
    assert_eq!(bench.request(), PROBE);
}

#[test]
fn a_probe_that_fails_does_no_harm() {
    for answer in [403, 410, 422, 503, 200, 0] {
        let mut bench = watching("40");
        bench.silence();
        bench.sleep();
        assert_eq!(bench.request(), PROBE);
        match answer {
            0 => bench.machine.on_unreachable("connection refused".into()),
            200 => bench.list("<html>"),
            status => {
                bench.head(status);
                bench.end();
            }
        }
        if answer != 200 {
            bench.sleep();
        }
        assert!(bench.request().contains("watch=true&resourceVersion=40&"), "{answer}");
        if answer != 0 {
            // It was asked, and does not say.
            bench.watching();
            bench.silence();
            bench.sleep();
            assert!(bench.request().contains("watch=true"), "{answer}");
        }
    }
}

#[test]
fn an_older_bookmark_tells_that_the_server_was_set_back() {
    let mut bench = watching("900");
    bench.chunk(&event("BOOKMARK", "40"));
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    assert_eq!(bench.machine.version(), Some("900"), "nothing was delivered yet");
    bench.list(LIST);
    bench.told();
    assert_eq!(bench.machine.version(), Some("40"));
}

#[test]
fn restarts_are_counted_and_next_steps_are_not() {
    let mut bench = managed(None);
    bench.request();
    bench.list(r#"{"metadata":{"resourceVersion":"40","continue":"tok"},"items":[]}"#);
    bench.request();
    bench.list(LIST);
    bench.told();
    let cause = |bench: &mut Bench| match bench.step() {
        Step::Send(sending) => sending.cause,
        other => panic!("{other:?}"),
    };
    assert_eq!(cause(&mut bench), None);
    bench.watching();
    bench.end();
    assert_eq!(cause(&mut bench), Some(Cause::Timeout));
    bench.watching();
    bench.cut();
    bench.sleep();
    assert_eq!(cause(&mut bench), Some(Cause::Disconnected));
    bench.head(429);
    bench.end();
    bench.sleep();
    assert_eq!(cause(&mut bench), Some(Cause::Rejected(429)));
    bench.watching();
    bench.chunk(GONE);
    assert_eq!(cause(&mut bench), Some(Cause::Gone));
    assert_eq!(bench.machine.status(bench.now).restarts, 4);
}

#[test]
fn a_probe_whose_answer_has_no_end_does_no_harm() {
    let settings = Settings { max_event_bytes: Some(100), ..Settings::default() };
    let mut bench = Bench::with(settings, StreamOptions::managed(), Some("40"));
    bench.request();
    bench.watching();
    bench.silence();
    bench.sleep();
    assert_eq!(bench.request(), PROBE);
    bench.head(200);
    bench.chunk(&format!(r#"{{"items":[{{"a":"{}"#, "a".repeat(200)));
    assert!(bench.request().contains("watch=true&resourceVersion=40&"));
}

#[test]
fn a_state_that_was_just_told_is_not_doubted() {
    let mut bench = managed(None);
    bench.request();
    bench.list(LIST);
    bench.told();
    bench.request();
    bench.watching();
    bench.silence();
    bench.sleep();
    assert!(bench.request().contains("watch=true&resourceVersion=40&"));
}

#[test]
fn a_server_that_was_away_is_doubted() {
    let mut bench = watching("40");
    bench.chunk(&event("BOOKMARK", "40"));
    bench.wait();
    bench.end();
    bench.request();
    bench.machine.on_unreachable("connection refused".into());
    bench.sleep();
    bench.request();
    bench.watching();
    bench.silence();
    bench.sleep();
    assert_eq!(bench.request(), PROBE);
}

#[test]
fn the_version_never_goes_back() {
    let mut bench = watching("40");
    bench.chunk(&(event("BOOKMARK", "50") + &event("MODIFIED", "45")));
    assert_eq!(bench.told(), ["MODIFIED Live a"]);
    assert_eq!(bench.machine.version(), Some("50"));
}
