//! Events of a live watch: lost deletions, repeated and older events.

use super::*;

fn object(etype: &str, uid: &str, version: u32) -> String {
    format!(
        "{{\"type\":\"{etype}\",\"object\":{{\"metadata\":{{\"name\":\"a\",\"uid\":\"{uid}\",\"resourceVersion\":\"{version}\"}}}}}}\n"
    )
}

#[test]
fn changed_uid_delivers_the_lost_deletion_first() {
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
    assert_eq!(harness.deliveries(), ["ADDED Live a", "MODIFIED Live a"], "as the server sends it");
}

#[test]
fn changed_uid_is_delivered_across_a_stop() {
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
fn repeated_event_is_not_delivered_again() {
    let mut harness = watching("5");
    harness.chunk(&(object("ADDED", "1", 6) + &object("MODIFIED", "1", 6)));
    assert_eq!(harness.deliveries(), ["ADDED Live a"]);
    harness.chunk(&object("MODIFIED", "1", 7));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
}

#[test]
fn older_event_does_not_move_the_version_back() {
    let mut harness = watching("40");
    harness.chunk(&(event("BOOKMARK", "50") + &event("MODIFIED", "45")));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    assert_eq!(harness.machine.version(), Some("50"));
}

#[test]
fn truncated_event_is_discarded() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk(&(event("ADDED", "6") + r#"{"type":"ADDED","obj"#));
    harness.delivery();
    harness.wait();
    harness.end();
    harness.sleep();
    assert!(harness.request().contains("resourceVersion=6&"));
    harness.accept_watch();
    harness.chunk(&event("MODIFIED", "7"));
    assert_eq!(harness.delivery().0, EventType::Modified);
}

#[test]
fn unknown_event_type_is_skipped() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk(&(event("RENAMED", "6") + &event("ADDED", "7")));
    assert_eq!(harness.delivery().0, EventType::Added);
}
