//! Servers that say nothing, and servers that say no for a while.

use super::*;

#[test]
fn a_silent_watch_is_asked_for_again_from_where_it_was() {
    let mut bench = managed(Some("5"));
    bench.request();
    bench.head(200);
    bench.chunk(&event("ADDED", "6"));
    bench.told();
    assert_eq!(bench.silence(), Duration::from_secs(90));
    bench.sleep();
    assert!(bench.request().contains("resourceVersion=6&"));
    assert_eq!(bench.silence(), Duration::from_mins(1), "nor is an answer waited for forever");
    bench.sleep();
    bench.request();
}

#[test]
fn whatever_comes_ends_the_silence() {
    let mut bench = managed(Some("5"));
    bench.request();
    bench.head(200);
    for _ in 0..3 {
        bench.pass(Duration::from_secs(80));
        bench.chunk("\n");
        bench.wait();
    }
    assert_eq!(bench.silence(), Duration::from_secs(90));
}

#[test]
fn without_bookmarks_only_the_timeout_bounds_the_wait() {
    let settings =
        |timeout| Settings { allow_watch_bookmarks: Some(false), timeout, ..Settings::default() };
    let limit = Timeout::Limit(Duration::from_mins(3));
    let mut bench = Bench::with(settings(limit), StreamOptions::managed(), Some("5"));
    bench.request();
    bench.head(200);
    assert_eq!(bench.silence(), Duration::from_secs(3 * 60 + 30));
    let mut bench = Bench::with(settings(Timeout::Server), StreamOptions::managed(), Some("5"));
    bench.request();
    bench.head(200);
    assert!(matches!(bench.step(), Step::Wait(None)));
}

#[test]
fn a_timeout_of_ages_is_one() {
    let timeout = Timeout::Limit(Duration::MAX);
    let settings = Settings { timeout, allow_watch_bookmarks: Some(false), ..Settings::default() };
    let mut bench = Bench::with(settings, StreamOptions::managed(), Some("5"));
    assert!(bench.request().contains("timeoutSeconds=4294967295"));
    bench.head(200);
    assert_eq!(bench.silence(), Duration::from_secs(4_294_967_295 + 30));
}

#[test]
fn a_silent_list_is_asked_for_again() {
    let mut bench = managed(None);
    bench.request();
    bench.head(200);
    bench.chunk(&LIST[..30]);
    assert_eq!(bench.silence(), Duration::from_secs(90));
    bench.sleep();
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
}

#[test]
fn a_silent_refusal_is_a_refusal() {
    let mut bench = managed(None);
    bench.request();
    bench.head(403);
    bench.silence();
    assert!(bench.error().is_forbidden());
}

#[test]
fn a_server_that_never_said_anything_is_an_error() {
    let mut bench = managed(None);
    bench.request();
    bench.silence();
    assert!(bench.error().is_disconnected());
}

#[test]
fn of_a_refusal_no_more_is_kept_than_says_why() {
    let mut bench = managed(None);
    bench.request();
    bench.head(403);
    for _ in 0..100 {
        bench.chunk(&"no ".repeat(1_000));
    }
    bench.end();
    let error = bench.error();
    assert!(error.status().unwrap().message.len() <= 64 << 10);
}

#[test]
fn a_list_item_without_an_end_is_too_large() {
    let settings = Settings {
        initial_list: InitialList::Paged,
        max_event_bytes: Some(100),
        ..Settings::default()
    };
    let mut bench = Bench::with(settings, StreamOptions::managed(), None);
    bench.request();
    bench.head(200);
    bench.chunk(&format!(r#"{{"items":[{{"a":"{}"#, "a".repeat(200)));
    assert!(bench.error().to_string().contains("100"));
}

/// A stream that has failed so often that it would wait for long.
fn failing_for_long() -> Bench {
    let mut bench = managed(Some("5"));
    for _ in 0..20 {
        bench.request();
        bench.head(503);
        bench.end();
        bench.sleep();
    }
    bench.request();
    bench.head(200);
    bench
}

#[test]
fn a_healthy_time_makes_up_for_failures_before_however_it_ends() {
    let busy = "{\"type\":\"ERROR\",\"object\":{\"code\":429}}\n";
    for lasts in [1, 60] {
        for cut in [true, false] {
            // Waits are jittered: of so many, one is long if any may be.
            let longest = (0..10).map(|_| {
                let mut bench = failing_for_long();
                bench.pass(Duration::from_secs(lasts));
                if cut {
                    bench.cut();
                } else {
                    bench.chunk(busy);
                }
                let mut waits = vec![bench.sleep()];
                for _ in 0..2 {
                    bench.request();
                    bench.head(503);
                    bench.end();
                    waits.push(bench.sleep());
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
    let mut bench = managed(Some("5"));
    bench.request();
    bench.head(503);
    bench.chunk(r#"{"code":503,"details":{"retryAfterSeconds":7}}"#);
    bench.end();
    assert_eq!(bench.sleep(), Duration::from_secs(7));
}

#[test]
fn the_status_tells_when_the_next_try_is_as_it_was_when_the_wait_began() {
    let mut bench = managed(Some("5"));
    bench.request();
    bench.head_after(429, Some(Duration::from_secs(7)));
    bench.end();
    assert!(matches!(bench.step(), Step::Sleep(_)));
    let told = bench.machine.status(bench.now).phase;
    bench.pass(Duration::from_secs(3));
    assert_eq!(bench.machine.status(bench.now).phase, told);
    let until = bench.now + Duration::from_secs(4);
    assert_eq!(told, Phase::BackingOff { until, cause: Cause::Rejected(429) });
}

#[test]
fn silence_is_reported_where_nothing_is_managed() {
    let mut bench = unmanaged(None);
    bench.request();
    bench.head(200);
    assert_eq!(bench.silence(), Duration::from_secs(31));
    let error = bench.error();
    assert!(error.is_disconnected());
    assert!(error.to_string().contains("the API server was silent for 31 s"), "{error}");
}

#[test]
fn a_server_that_accepted_before_may_refuse_for_a_while() {
    for (status, grace) in [(401, 70), (403, 10), (404, 10), (500, 10)] {
        let mut bench = managed(Some("5"));
        bench.request();
        bench.watching();
        bench.cut();
        bench.sleep();
        let start = bench.now;
        loop {
            bench.request();
            bench.head(status);
            bench.end();
            match bench.step() {
                Step::Sleep(time) => {
                    bench.pass(time);
                    bench.machine.on_wake();
                }
                Step::End(Some(error)) => {
                    assert_eq!(error.status().unwrap().code, status);
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        let lasted = (bench.now - start).as_secs();
        assert!((grace..grace + 30).contains(&lasted), "{status}: {lasted} s");
        let mut bench = managed(Some("5"));
        bench.request();
        bench.head(status);
        bench.end();
        bench.error();
    }
}

#[test]
fn accepting_again_begins_the_while_anew() {
    let mut bench = managed(Some("5"));
    bench.request();
    bench.watching();
    for _ in 0..20 {
        bench.cut();
        bench.sleep();
        bench.request();
        bench.head(403);
        bench.end();
        bench.sleep();
        bench.request();
        bench.watching();
    }
}

#[test]
fn one_line_of_nonsense_is_asked_for_again() {
    let mut bench = managed(Some("5"));
    for version in ["5", "6"] {
        assert!(bench.request().contains(&format!("resourceVersion={version}&")));
        bench.watching();
        bench.chunk("<html>\n");
        bench.sleep();
        bench.request();
        bench.watching();
        bench.chunk(&event("ADDED", "6"));
        bench.told();
        bench.end();
    }
    for _ in 0..2 {
        bench.request();
        bench.watching();
        bench.chunk("<html>\n");
        bench.told();
        if let Step::Sleep(_) = bench.step() {
            bench.machine.on_wake();
        }
    }
    assert!(matches!(bench.machine.state, State::Ended(_)));
}

fn waiting_for_the_resource(version: Option<&str>) -> Bench {
    let settings = Settings {
        initial_list: InitialList::Paged,
        waits_for_resource: true,
        ..Settings::default()
    };
    Bench::with(settings, StreamOptions::managed(), version)
}

/// As when a CRD is installed after the program has started, or deleted for longer than a restart takes.
#[test]
fn a_resource_that_is_waited_for_may_come_at_any_time() {
    let mut bench = waiting_for_the_resource(None);
    for round in 0..50 {
        assert_eq!(bench.request(), "/api/v1/pods?limit=500");
        bench.head(404);
        bench.end();
        let phase = bench.machine.status(bench.now).phase;
        let cause = Cause::Rejected(404);
        assert!(matches!(phase, Phase::BackingOff { cause: c, .. } if c == cause), "{phase:?}");
        let wait = bench.sleep();
        assert!(wait <= Duration::from_secs(30), "{wait:?} in round {round}");
    }
    bench.request();
    bench.list(LIST);
    bench.delivery();

    let mut bench = waiting_for_the_resource(Some("5"));
    bench.request();
    bench.head(200);
    bench.end();
    for _ in 0..3 {
        bench.sleep();
        assert!(bench.request().contains("resourceVersion=5&"));
        bench.pass(Duration::from_mins(1));
        bench.head(404);
        bench.end();
    }
    bench.sleep();
    assert!(bench.request().contains("resourceVersion=5&"));
}

#[test]
fn nothing_else_is_waited_for_with_the_resource() {
    for (status, body) in
        [(403, "{}"), (404, r#"{"message":"no","details":{"kind":"namespaces","name":"shop"}}"#)]
    {
        let mut bench = waiting_for_the_resource(None);
        bench.request();
        bench.head(status);
        bench.chunk(body);
        bench.end();
        assert_eq!(bench.error().status().unwrap().code, status);
    }
}
