//! Idle timeouts.

use super::*;

#[test]
fn idle_watch_resumes_from_its_version() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    assert_eq!(harness.idle_timeout(), Duration::from_secs(90));
    harness.sleep();
    assert!(harness.request().contains("resourceVersion=6&"));
    assert_eq!(harness.idle_timeout(), Duration::from_mins(1), "a response has a timeout too");
    harness.sleep();
    harness.request();
}

#[test]
fn any_bytes_reset_the_idle_timeout() {
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
fn without_bookmarks_only_the_watch_timeout_applies() {
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
fn huge_timeout_is_capped() {
    let timeout = Timeout::Limit(Duration::MAX);
    let settings = Settings { timeout, allow_watch_bookmarks: Some(false), ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), Some("5"));
    assert!(harness.request().contains("timeoutSeconds=4294967295"));
    harness.head(200);
    assert_eq!(harness.idle_timeout(), Duration::from_secs(4_294_967_295 + 30));
}

#[test]
fn idle_list_is_requested_again() {
    let mut harness = managed(None);
    harness.request();
    harness.head(200);
    harness.chunk(&LIST[..30]);
    assert_eq!(harness.idle_timeout(), Duration::from_secs(90));
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn idle_rejection_keeps_its_status() {
    let mut harness = managed(None);
    harness.request();
    harness.head(403);
    harness.idle_timeout();
    assert!(harness.error().is_forbidden());
}

#[test]
fn idle_timeout_of_the_first_request_ends_the_stream() {
    let mut harness = managed(None);
    harness.request();
    harness.idle_timeout();
    assert!(harness.error().is_disconnected());
}

#[test]
fn unmanaged_idle_timeout_ends_the_stream() {
    let mut harness = unmanaged(None);
    harness.request();
    harness.head(200);
    assert_eq!(harness.idle_timeout(), Duration::from_secs(31));
    let error = harness.error();
    assert!(error.is_disconnected());
    assert!(error.to_string().contains("the API server sent nothing for 31 s"), "{error}");
}
