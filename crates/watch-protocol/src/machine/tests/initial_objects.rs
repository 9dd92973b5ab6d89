//! Streaming lists whose end never comes, because the server does not know `sendInitialEvents`.

use super::streaming_list::{assert_falls_back_to_pages, streaming};
use super::*;

const TWO_SECONDS: Duration = Duration::from_secs(2);

/// The creation of this object.
fn added(name: &str) -> String {
    event("ADDED", "6").replace("\"a\"", &format!("\"{name}\""))
}

#[test]
fn streaming_list_without_end_falls_back_to_pages() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    assert_eq!(harness.idle_timeout(), Duration::from_secs(10));
    assert_falls_back_to_pages(harness, &["ADDED Initial b"]);
}

#[test]
fn changes_do_not_delay_the_end_of_a_streaming_list() {
    let mut harness = streaming();
    harness.head(200);
    harness.pass(Duration::from_secs(8));
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    for version in ["7", "8", "9", "10"] {
        harness.pass(Duration::from_secs(2));
        harness.chunk(&(event("MODIFIED", version) + &event("BOOKMARK", version)));
        assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    }
    assert_eq!(harness.idle_timeout(), Duration::from_secs(2), "10 s after the last object");
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn received_bytes_delay_the_timeout_of_a_streaming_list() {
    let mut harness = streaming();
    harness.head(200);
    let object = event("ADDED", "6");
    let mut delivered = Vec::new();
    for part in [&object[..9], &object[9..20], &object[20..]] {
        harness.pass(Duration::from_secs(8));
        harness.chunk(part);
        let now = harness.now;
        harness.machine.on_idle_timeout(now);
        delivered.extend(harness.deliveries());
    }
    assert_eq!(delivered, ["ADDED Initial a"]);
}

#[test]
fn repeated_objects_do_not_delay_the_end_of_a_streaming_list() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&event("ADDED", "6"));
    harness.deliveries();
    for (version, delivered) in
        [("6", &[][..]), ("7", &["MODIFIED Initial a"]), ("7", &[]), ("7", &[])]
    {
        harness.pass(TWO_SECONDS);
        harness.chunk(&event("ADDED", version));
        assert_eq!(harness.deliveries(), delivered);
    }
    assert_eq!(harness.idle_timeout(), TWO_SECONDS, "10 s after the object was new");
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn objects_after_a_change_do_not_delay_the_end_of_a_streaming_list() {
    for change in [event("MODIFIED", "7"), event("BOOKMARK", "7"), event("DELETED", "7")] {
        let mut harness = streaming();
        harness.head(200);
        harness.chunk(&(event("ADDED", "6") + &change));
        harness.deliveries();
        for name in ["b", "c", "d", "e"] {
            harness.pass(TWO_SECONDS);
            harness.chunk(&added(name));
            assert_eq!(harness.deliveries(), [format!("ADDED Initial {name}")]);
        }
        assert_eq!(harness.idle_timeout(), TWO_SECONDS, "{change}");
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    }
}

#[test]
fn creations_delay_the_end_of_a_streaming_list_for_ten_minutes() {
    let settings = Settings { timeout: Timeout::Server, ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    harness.request();
    harness.head(200);
    for n in 1..120 {
        harness.pass(Duration::from_secs(5));
        harness.chunk(&added(&format!("a{n}")));
        assert_eq!(harness.deliveries(), [format!("ADDED Initial a{n}")]);
    }
    assert_eq!(harness.idle_timeout(), Duration::from_secs(5));
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn objects_of_an_earlier_attempt_are_new_to_the_next() {
    let mut harness = streaming();
    harness.head(200);
    harness.chunk(&(added("a") + &added("b") + "{\"type\":\"ERROR\",\"object\":{\"code\":429}}\n"));
    assert_eq!(harness.deliveries(), ["ADDED Initial a", "ADDED Initial b"]);
    harness.sleep();
    assert!(harness.request().contains("sendInitialEvents=true"));
    harness.head(200);
    for (name, delivered) in [("a", &[][..]), ("b", &[]), ("c", &["ADDED Initial c"])] {
        harness.pass(Duration::from_secs(8));
        harness.machine.on_idle_timeout(harness.now);
        harness.chunk(&added(name));
        assert_eq!(harness.deliveries(), delivered);
    }
    assert_eq!(harness.idle_timeout(), Duration::from_secs(10));
}
