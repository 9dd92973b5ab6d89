//! `give_up_after`: a stream that has failed for long enough ends with its last error.

use super::*;

fn giving_up_after(time: Duration, version: Option<&str>) -> Harness {
    let settings = Settings {
        initial_list: InitialList::Paged,
        give_up_after: Some(time),
        ..Settings::default()
    };
    Harness::with(settings, StreamOptions::managed(), version)
}

/// Rejects each request until the stream ends. Returns its error, and after how long it ended.
fn reject_until_the_end(
    harness: &mut Harness,
    status: u16,
    retry_after: Option<Duration>,
) -> (crate::WatchError, Duration) {
    let start = harness.now;
    loop {
        match harness.step() {
            Step::Send(_) => {
                harness.head_after(status, retry_after);
                harness.end();
            }
            Step::Sleep(time) => {
                harness.pass(time);
                harness.machine.on_wake();
            }
            Step::End(error) => return (error.unwrap(), harness.now - start),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn stream_ends_with_its_last_error_once_it_has_failed_for_that_long() {
    for retry_after in [None, Some(Duration::from_secs(7)), Some(Duration::from_hours(1))] {
        for version in [None, Some("5")] {
            let mut harness = giving_up_after(Duration::from_mins(2), version);
            let (error, lasted) = reject_until_the_end(&mut harness, 503, retry_after);
            assert_eq!(error.status().unwrap().code, 503);
            assert_eq!(lasted, Duration::from_mins(2));
            assert_eq!(harness.machine.status(harness.now).interruption, None);
        }
    }
}

#[test]
fn zero_ends_the_stream_at_the_first_failure() {
    let mut harness = giving_up_after(Duration::ZERO, None);
    let (error, lasted) = reject_until_the_end(&mut harness, 500, None);
    assert_eq!((error.status().unwrap().code, lasted), (500, Duration::ZERO));
    let mut harness = giving_up_after(Duration::ZERO, Some("5"));
    harness.request();
    harness.accept_watch();
    harness.end();
    harness.request();
    harness.accept_watch();
    harness.chunk(GONE);
    assert!(!harness.request().contains("watch"), "neither a timeout nor a gap is a failure");
    harness.list(LIST);
    harness.deliveries();
    harness.request();
    harness.accept_watch();
    harness.disconnect();
    assert!(harness.error().is_disconnected());
}

#[test]
fn progress_starts_the_time_again() {
    let mut harness = giving_up_after(Duration::from_mins(1), Some("5"));
    for version in 6..100 {
        harness.request();
        harness.head(503);
        harness.end();
        harness.sleep();
        harness.request();
        harness.head(200);
        harness.chunk(&event("MODIFIED", &version.to_string()));
        harness.deliveries();
        harness.disconnect();
        harness.sleep();
    }
    // A connection that is accepted and breaks at once is no progress.
    let start = harness.now;
    loop {
        match harness.step() {
            Step::Send(_) => {
                harness.head(200);
                harness.disconnect();
            }
            Step::Sleep(time) => {
                harness.pass(time);
                harness.machine.on_wake();
            }
            Step::End(Some(error)) => break assert!(error.is_disconnected()),
            other => panic!("{other:?}"),
        }
    }
    assert!(harness.now - start <= Duration::from_mins(1), "{:?}", harness.now - start);
}

#[test]
fn huge_time_does_not_overflow() {
    let mut harness = giving_up_after(Duration::MAX, Some("5"));
    for _ in 0..3 {
        harness.request();
        harness.head(503);
        harness.end();
        harness.sleep();
    }
}
