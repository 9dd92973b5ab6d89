//! Servers that say nothing, and servers that say no for a while.

use super::*;

#[test]
fn a_silent_watch_is_asked_for_again_from_where_it_was() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    assert_eq!(harness.idle_timeout(), Duration::from_secs(90));
    harness.sleep();
    assert!(harness.request().contains("resourceVersion=6&"));
    assert_eq!(
        harness.idle_timeout(),
        Duration::from_mins(1),
        "nor is an answer waited for forever"
    );
    harness.sleep();
    harness.request();
}

#[test]
fn whatever_comes_ends_the_silence() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.head(200);
    for _ in 0..3 {
        harness.pass(Duration::from_secs(80));
        harness.chunk("\n");
        harness.wait();
    }
    assert_eq!(harness.idle_timeout(), Duration::from_secs(90));
}

#[test]
fn without_bookmarks_only_the_timeout_bounds_the_wait() {
    let settings =
        |timeout| Settings { allow_watch_bookmarks: Some(false), timeout, ..Settings::default() };
    let limit = Timeout::Limit(Duration::from_mins(3));
    let mut harness = Harness::with(settings(limit), StreamOptions::managed(), Some("5"));
    harness.request();
    harness.head(200);
    assert_eq!(harness.idle_timeout(), Duration::from_secs(3 * 60 + 30));
    let mut harness = Harness::with(settings(Timeout::Server), StreamOptions::managed(), Some("5"));
    harness.request();
    harness.head(200);
    assert!(matches!(harness.step(), Step::Wait(None)));
}

#[test]
fn a_timeout_of_ages_is_one() {
    let timeout = Timeout::Limit(Duration::MAX);
    let settings = Settings { timeout, allow_watch_bookmarks: Some(false), ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), Some("5"));
    assert!(harness.request().contains("timeoutSeconds=4294967295"));
    harness.head(200);
    assert_eq!(harness.idle_timeout(), Duration::from_secs(4_294_967_295 + 30));
}

#[test]
fn a_silent_list_is_asked_for_again() {
    let mut harness = managed(None);
    harness.request();
    harness.head(200);
    harness.chunk(&LIST[..30]);
    assert_eq!(harness.idle_timeout(), Duration::from_secs(90));
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn a_silent_refusal_is_a_refusal() {
    let mut harness = managed(None);
    harness.request();
    harness.head(403);
    harness.idle_timeout();
    assert!(harness.error().is_forbidden());
}

#[test]
fn a_server_that_never_said_anything_is_an_error() {
    let mut harness = managed(None);
    harness.request();
    harness.idle_timeout();
    assert!(harness.error().is_disconnected());
}

#[test]
fn of_a_refusal_no_more_is_kept_than_says_why() {
    let mut harness = managed(None);
    harness.request();
    harness.head(403);
    for _ in 0..100 {
        harness.chunk(&"no ".repeat(1_000));
    }
    harness.end();
    let error = harness.error();
    assert!(error.status().unwrap().message.len() <= 64 << 10);
}

#[test]
fn a_list_item_without_an_end_is_too_large() {
    let settings = Settings {
        initial_list: InitialList::Paged,
        max_event_bytes: Some(100),
        ..Settings::default()
    };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    harness.request();
    harness.head(200);
    harness.chunk(&format!(r#"{{"items":[{{"a":"{}"#, "a".repeat(200)));
    assert!(harness.error().to_string().contains("100"));
}

/// A stream that has failed so often that it would wait for long.
fn failing_for_long() -> Harness {
    let mut harness = managed(Some("5"));
    for _ in 0..20 {
        harness.request();
        harness.head(503);
        harness.end();
        harness.sleep();
    }
    harness.request();
    harness.head(200);
    harness
}

#[test]
fn a_healthy_time_makes_up_for_failures_before_however_it_ends() {
    let busy = "{\"type\":\"ERROR\",\"object\":{\"code\":429}}\n";
    for lasts in [1, 60] {
        for cut in [true, false] {
            // Waits are jittered: of so many, one is long if any may be.
            let longest = (0..10).map(|_| {
                let mut harness = failing_for_long();
                harness.pass(Duration::from_secs(lasts));
                if cut {
                    harness.disconnect();
                } else {
                    harness.chunk(busy);
                }
                let mut waits = vec![harness.sleep()];
                for _ in 0..2 {
                    harness.request();
                    harness.head(503);
                    harness.end();
                    waits.push(harness.sleep());
                }
                waits.into_iter().max().unwrap()
            });
            let longest = longest.max().unwrap();
            assert_eq!(
                longest <= Duration::from_secs(1),
                lasts == 60,
                "{longest:?} after {lasts} s"
            );
        }
    }
}

#[test]
fn a_delay_in_a_refusals_body_is_obeyed() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.head(503);
    harness.chunk(r#"{"code":503,"details":{"retryAfterSeconds":7}}"#);
    harness.end();
    assert_eq!(harness.sleep(), Duration::from_secs(7));
}

#[test]
fn the_status_tells_when_the_next_try_is_as_it_was_when_the_wait_began() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.head_after(429, Some(Duration::from_secs(7)));
    harness.end();
    assert!(matches!(harness.step(), Step::Sleep(_)));
    let delivered = harness.machine.status(harness.now).phase;
    harness.pass(Duration::from_secs(3));
    assert_eq!(harness.machine.status(harness.now).phase, delivered);
    let until = harness.now + Duration::from_secs(4);
    assert_eq!(delivered, Phase::BackingOff { until, cause: Cause::Rejected(429) });
}

#[test]
fn silence_is_reported_where_nothing_is_managed() {
    let mut harness = unmanaged(None);
    harness.request();
    harness.head(200);
    assert_eq!(harness.idle_timeout(), Duration::from_secs(31));
    let error = harness.error();
    assert!(error.is_disconnected());
    assert!(error.to_string().contains("the API server sent nothing for 31 s"), "{error}");
}

#[test]
fn a_server_that_accepted_before_may_refuse_for_a_while() {
    for (status, grace) in [(401, 70), (403, 10), (404, 10), (500, 10)] {
        let mut harness = managed(Some("5"));
        harness.request();
        harness.accept_watch();
        harness.disconnect();
        harness.sleep();
        let start = harness.now;
        loop {
            harness.request();
            harness.head(status);
            harness.end();
            match harness.step() {
                Step::Sleep(time) => {
                    harness.pass(time);
                    harness.machine.on_wake();
                }
                Step::End(Some(error)) => {
                    assert_eq!(error.status().unwrap().code, status);
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        let lasted = (harness.now - start).as_secs();
        assert!((grace..grace + 30).contains(&lasted), "{status}: {lasted} s");
        let mut harness = managed(Some("5"));
        harness.request();
        harness.head(status);
        harness.end();
        harness.error();
    }
}

#[test]
fn accepting_again_begins_the_while_anew() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    for _ in 0..20 {
        harness.disconnect();
        harness.sleep();
        harness.request();
        harness.head(403);
        harness.end();
        harness.sleep();
        harness.request();
        harness.accept_watch();
    }
}

#[test]
fn one_line_of_nonsense_is_asked_for_again() {
    let mut harness = managed(Some("5"));
    for version in ["5", "6"] {
        assert!(harness.request().contains(&format!("resourceVersion={version}&")));
        harness.accept_watch();
        harness.chunk("<html>\n");
        harness.sleep();
        harness.request();
        harness.accept_watch();
        harness.chunk(&event("ADDED", "6"));
        harness.deliveries();
        harness.end();
    }
    for _ in 0..2 {
        harness.request();
        harness.accept_watch();
        harness.chunk("<html>\n");
        harness.deliveries();
        if let Step::Sleep(_) = harness.step() {
            harness.machine.on_wake();
        }
    }
    assert!(matches!(harness.machine.state, State::Ended(_)));
}

fn waiting_for_the_resource(version: Option<&str>) -> Harness {
    let settings = Settings {
        initial_list: InitialList::Paged,
        waits_for_resource: true,
        ..Settings::default()
    };
    Harness::with(settings, StreamOptions::managed(), version)
}

/// As when a CRD is installed after the program has started, or deleted for longer than a restart takes.
#[test]
fn a_resource_that_is_waited_for_may_come_at_any_time() {
    let mut harness = waiting_for_the_resource(None);
    for round in 0..50 {
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
        harness.head(404);
        harness.end();
        let phase = harness.machine.status(harness.now).phase;
        let cause = Cause::Rejected(404);
        assert!(matches!(phase, Phase::BackingOff { cause: c, .. } if c == cause), "{phase:?}");
        let wait = harness.sleep();
        assert!(wait <= Duration::from_secs(30), "{wait:?} in round {round}");
    }
    harness.request();
    harness.list(LIST);
    harness.delivery();

    let mut harness = waiting_for_the_resource(Some("5"));
    harness.request();
    harness.head(200);
    harness.end();
    for _ in 0..3 {
        harness.sleep();
        assert!(harness.request().contains("resourceVersion=5&"));
        harness.pass(Duration::from_mins(1));
        harness.head(404);
        harness.end();
    }
    harness.sleep();
    assert!(harness.request().contains("resourceVersion=5&"));
}

#[test]
fn nothing_else_is_waited_for_with_the_resource() {
    for (status, body) in
        [(403, "{}"), (404, r#"{"message":"no","details":{"kind":"namespaces","name":"shop"}}"#)]
    {
        let mut harness = waiting_for_the_resource(None);
        harness.request();
        harness.head(status);
        harness.chunk(body);
        harness.end();
        assert_eq!(harness.error().status().unwrap().code, status);
    }
}
