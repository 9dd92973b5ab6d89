//! Streams that start from the oldest event.

use super::relist::{item, list};
use super::*;

#[test]
fn oldest_event_starts_where_the_410_says() {
    let settings = || Settings {
        start_from: StartFrom::OldestEvent,
        initial_list: InitialList::Paged,
        ..Settings::default()
    };
    let mut harness = Harness::with(settings(), StreamOptions::managed(), None);
    assert!(harness.request().contains("watch=true&resourceVersion=1&"));
    assert_eq!(harness.machine.version(), None, "the oldest version is not one to resume from");
    harness.head(200);
    harness.chunk(GONE);
    assert!(harness.request().contains("watch=true&resourceVersion=306&"));
    harness.head(200);
    harness.chunk(&event("MODIFIED", "307"));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    // A server that compacts before the next request, and one that names a version it just
    // rejected.
    let mut harness = Harness::with(settings(), StreamOptions::managed(), None);
    harness.request();
    harness.head(200);
    harness.chunk(GONE);
    harness.request();
    harness.head(200);
    harness.chunk(&GONE.replace("306", "400"));
    harness.sleep();
    assert!(harness.request().contains("watch=true&resourceVersion=400&"));
    assert_eq!(harness.machine.version(), None, "nothing was delivered");
    harness.head(200);
    harness.chunk(&GONE.replace("306", "400"));
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500", "the server contradicts itself");
    // A server that does not name its oldest version.
    let mut harness = Harness::with(settings(), StreamOptions::managed(), None);
    harness.request();
    harness.head(410);
    harness.end();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&list(10, "", &[item("a", "1", 5)]));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    assert_eq!(harness.machine.version(), Some("10"));
    // The stream stops before the list is complete: history would revert what was delivered.
    let mut harness = Harness::with(settings(), StreamOptions::managed(), None);
    harness.request();
    harness.head(410);
    harness.end();
    harness.request();
    harness.list(&list(10, "t", &[item("a", "1", 5)]));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    let mut harness = harness.restart_stream(StreamOptions::managed());
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn watches_from_the_oldest_event_that_end_at_once_lead_to_the_initial_list() {
    let settings = || Settings {
        start_from: StartFrom::OldestEvent,
        initial_list: InitialList::Paged,
        ..Settings::default()
    };
    let mut harness = Harness::with(settings(), StreamOptions::managed(), None);
    for _ in 0..2 {
        assert!(harness.request().contains("watch=true&resourceVersion=1&"));
        harness.head(200);
        harness.end();
        harness.sleep();
    }
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    assert_eq!(harness.machine.version(), None);
    harness.list(&list(10, "", &[item("a", "1", 5)]));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
}
