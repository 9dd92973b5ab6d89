//! Backoff, and waiting for a resource.

use super::*;

#[test]
fn very_short_watch_backs_off() {
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
fn transient_rejection_backs_off_when_managed() {
    for status in [408, 421, 425, 429, 500, 502, 503, 504, 520, 530] {
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
fn too_large_version_error_event_backs_off_when_managed() {
    let mut harness = managed(Some("9"));
    harness.request();
    harness.head(200);
    harness.chunk("{\"type\":\"ERROR\",\"object\":{\"message\":\"Timeout: Too large resource version: 9, current: 7\",\"reason\":\"Timeout\",\"details\":{\"retryAfterSeconds\":1},\"code\":504}}\n");
    assert!(harness.sleep() >= Duration::from_secs(1));
    assert!(harness.request().contains("resourceVersion=9&"));
}

#[test]
fn watch_timeout_resets_the_backoff() {
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

/// A stream with so many failures that its backoff is near the cap.
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
fn healthy_connection_resets_the_backoff_however_it_ends() {
    let busy = "{\"type\":\"ERROR\",\"object\":{\"code\":429}}\n";
    for lasts in [1, 60] {
        for disconnects in [true, false] {
            // Waits are random: if long ones are possible, one of these is long.
            let longest = (0..10).map(|_| {
                let mut harness = failing_for_long();
                harness.pass(Duration::from_secs(lasts));
                if disconnects {
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
fn retry_after_in_a_rejection_body_is_a_lower_bound() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.head(503);
    harness.chunk(r#"{"code":503,"details":{"retryAfterSeconds":7}}"#);
    harness.end();
    assert_eq!(harness.sleep(), Duration::from_secs(7));
}

#[test]
fn status_reports_a_fixed_end_of_the_backoff() {
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

fn waiting_for_the_resource(version: Option<&str>) -> Harness {
    let settings = Settings {
        initial_list: InitialList::Paged,
        waits_for_resource: true,
        ..Settings::default()
    };
    Harness::with(settings, StreamOptions::managed(), version)
}

/// A CRD may be installed after the program starts, or be deleted for longer than a restart takes.
#[test]
fn missing_resource_is_waited_for_if_enabled() {
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
fn only_the_resource_is_waited_for() {
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
