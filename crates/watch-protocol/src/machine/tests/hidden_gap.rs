//! Servers that hide a gap: watches that end at once, or are silent while the server moves on.

use super::relist::{item, list, watching_from_version_10};
use super::*;

const LIST_REQUEST: &str = "/api/v1/pods?limit=500";

/// Lets the next watch end at once. Returns its URL.
fn end_at_once(harness: &mut Harness) -> String {
    let request = harness.request();
    harness.head(200);
    harness.end();
    harness.sleep();
    request
}

#[test]
fn two_watches_that_end_at_once_lead_to_a_list() {
    let mut harness = watching_from_version_10();
    harness.end();
    for _ in 0..2 {
        assert!(end_at_once(&mut harness).contains("resourceVersion=10&"));
    }
    assert_eq!(harness.request(), LIST_REQUEST);
    harness.list(&list(20, "", &[item("a", "1", 5), item("b", "2", 6), item("e", "5", 15)]));
    assert_eq!(harness.deliveries(), ["ADDED Repair e", "DELETED Repair c", "DELETED Repair d"]);
    assert!(harness.request().contains("resourceVersion=20&"));
}

#[test]
fn watches_that_repeat_something_and_end_at_once_lead_to_a_list() {
    let bookmark = "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"10\"}}}";
    let event = format!("{{\"type\":\"ADDED\",\"object\":{}}}", item("a", "1", 5));
    for repeated in [bookmark, &event] {
        let mut harness = watching_from_version_10();
        harness.end();
        for _ in 0..2 {
            assert!(harness.request().contains("resourceVersion=10&"));
            harness.head(200);
            harness.chunk(&format!("{repeated}\n"));
            harness.wait();
            harness.end();
            harness.sleep();
        }
        assert_eq!(harness.request(), LIST_REQUEST, "{repeated}");
    }
}

#[test]
fn watches_that_always_end_at_once_lead_to_lists_at_a_bounded_rate() {
    let mut harness = watching_from_version_10();
    harness.end();
    let began = harness.now;
    let mut lists = 0;
    while harness.now - began < Duration::from_mins(10) {
        let request = harness.request();
        if request == LIST_REQUEST {
            lists += 1;
            harness.list(&list(10, "", &[]));
            harness.deliveries();
        } else {
            harness.head(200);
            harness.end();
            harness.sleep();
        }
    }
    assert!((4..10).contains(&lists), "{lists}");
}

#[test]
fn watch_with_an_event_and_watch_that_lasts_hide_no_gap() {
    let mut harness = watching_from_version_10();
    harness.end();
    for round in 0..5 {
        end_at_once(&mut harness);
        assert!(harness.request().contains("watch=true"), "{round}");
        if round % 2 == 0 {
            harness.accept_watch();
            harness.end();
        } else {
            harness.head(200);
            harness.chunk(&event("BOOKMARK", &(20 + round).to_string()));
            harness.wait();
            harness.end();
            harness.sleep();
        }
    }
    let timeout = Timeout::Limit(Duration::from_secs(1));
    let mut harness = Harness::with(
        Settings { timeout, ..Settings::default() },
        StreamOptions::managed(),
        Some("5"),
    );
    for _ in 0..5 {
        assert!(harness.request().contains("resourceVersion=5&"), "it was to last for a second");
        harness.head(200);
        harness.pass(Duration::from_secs(1));
        harness.end();
    }
}

#[test]
fn few_cut_watches_are_the_networks_fault() {
    let mut harness = watching_from_version_10();
    harness.end();
    for _ in 0..6 {
        assert!(harness.request().contains("watch=true"));
        harness.head(200);
        harness.disconnect();
        harness.sleep();
    }
    assert_eq!(harness.request(), LIST_REQUEST);
}

#[test]
fn silent_watch_behind_the_server_leads_to_a_list() {
    let mut harness = watching("40");
    harness.idle_timeout();
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=1");
    harness.list(&list(70, "", &[]));
    assert!(harness.request().contains("watch=true&resourceVersion=40&"));
    harness.accept_watch();
    harness.idle_timeout();
    harness.sleep();
    assert_eq!(harness.request(), LIST_REQUEST);
    harness.list(&list(80, "", &[item("a", "1", 60)]));
    assert_eq!(harness.deliveries(), ["ADDED Repair a"]);
    // The next one comes later.
    let mut lists = 0;
    let began = harness.now;
    while harness.now - began < Duration::from_hours(3) {
        let request = harness.request();
        if request.contains("limit") {
            lists += u32::from(request == LIST_REQUEST);
            harness.list(&list(90, "", &[item("a", "1", 60)]));
            continue;
        }
        harness.head(200);
        harness.idle_timeout();
        harness.sleep();
    }
    assert!(lists <= 6, "{lists}");
}

/// Comparisons that silent watches called for were minutes apart. Another kind of suspicion does not wait as long.
#[test]
fn watches_that_end_at_once_are_compared_soon_after_silent_ones_were() {
    let mut harness = watching("40");
    harness.idle_timeout();
    harness.sleep();
    for version in 50..54 {
        let mut request = harness.request();
        while request != LIST_REQUEST {
            if request.contains("limit=1") {
                harness.list(&list(version, "", &[]));
            } else {
                harness.head(200);
                harness.idle_timeout();
                harness.sleep();
            }
            request = harness.request();
        }
        harness.list(&list(version, "", &[]));
    }
    let compared = harness.now;
    let mut requests = Vec::new();
    while requests.last().is_none_or(|request| request != LIST_REQUEST) {
        assert!(harness.now - compared < Duration::from_mins(3), "{requests:?}");
        requests.push(harness.request());
        if requests.last().is_some_and(|request| request.contains("watch=true")) {
            harness.head(200);
            harness.end();
            harness.sleep();
        }
    }
}

#[test]
fn silent_watch_from_the_oldest_event_leads_to_a_list() {
    let settings = Settings {
        start_from: StartFrom::OldestEvent,
        initial_list: InitialList::Paged,
        ..Settings::default()
    };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    assert!(harness.request().contains("watch=true&resourceVersion=1&"));
    harness.accept_watch();
    harness.idle_timeout();
    harness.sleep();
    assert_eq!(harness.request(), LIST_REQUEST);
    harness.list(&list(80, "", &[item("a", "1", 60)]));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
}
