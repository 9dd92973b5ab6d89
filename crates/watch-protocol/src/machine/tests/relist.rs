//! Relists: gaps are repaired by comparing a list with what was delivered.

use super::*;

pub(super) fn item(name: &str, uid: &str, version: u32) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","uid":"{uid}","resourceVersion":"{version}"}}}}"#)
}

pub(super) fn list(version: u32, continue_token: &str, items: &[String]) -> String {
    let items = items.join(",");
    format!(
        r#"{{"metadata":{{"resourceVersion":"{version}","continue":"{continue_token}"}},"items":[{items}]}}"#
    )
}

/// A stream that has delivered four objects and watches from version 10.
pub(super) fn watching_from_version_10() -> Harness {
    let mut harness = managed(None);
    harness.request();
    let items = [item("a", "1", 5), item("b", "2", 6), item("c", "3", 7), item("d", "4", 8)];
    harness.list(&list(10, "", &items));
    assert_eq!(harness.deliveries().len(), 4);
    assert!(harness.request().contains("resourceVersion=10&"));
    harness.accept_watch();
    harness
}

/// The objects of the relist after [`watching_from_version_10`]: `a` is unchanged, `b` changed, `c`
/// deleted and created again, `d` deleted, `e` created.
fn after() -> [String; 4] {
    [item("a", "1", 5), item("b", "2", 12), item("c", "9", 13), item("e", "10", 14)]
}

const DELIVERED: [&str; 5] = [
    "MODIFIED Repair b",
    "DELETED Repair c",
    "ADDED Repair c",
    "ADDED Repair e",
    "DELETED Repair d",
];

#[test]
fn http_410_and_error_event_410_relist_for_both_reasons() {
    let event = |reason| {
        format!("{{\"type\":\"ERROR\",\"object\":{{\"reason\":\"{reason}\",\"code\":410}}}}\n")
    };
    for in_stream in [true, false] {
        for reason in ["Expired", "Gone"] {
            let mut harness = watching_from_version_10();
            if in_stream {
                harness.chunk(&event(reason));
            } else {
                harness.end();
                harness.request();
                harness.head(410);
                harness.chunk(&format!(r#"{{"reason":"{reason}"}}"#));
                harness.end();
            }
            assert_eq!(harness.request(), "/api/v1/pods?limit=500");
            harness.list(&list(20, "", &after()));
            assert_eq!(harness.deliveries(), DELIVERED);
            assert_eq!(harness.machine.version(), Some("20"));
            assert!(harness.request().contains("watch=true&resourceVersion=20&"));
            assert_eq!(harness.machine.status(harness.now).repairs, 1);
        }
    }
}

#[test]
fn version_advances_only_after_every_synthetic_delete() {
    let mut harness = watching_from_version_10();
    harness.chunk(GONE);
    harness.request();
    harness.list(&list(20, "", &after()));
    for _ in DELIVERED {
        assert_eq!(
            harness.machine.version(),
            Some("10"),
            "the next stream must repair the gap, too"
        );
        assert!(matches!(harness.step(), Step::Deliver(_)));
    }
    harness.request();
    assert_eq!(harness.machine.take_changed_version(), Some("20"));
}

#[test]
fn stopped_repair_is_completed_by_the_next_stream() {
    for count in 0..=DELIVERED.len() {
        let mut harness = watching_from_version_10();
        harness.chunk(GONE);
        harness.request();
        harness.list(&list(20, "", &after()));
        let mut delivered = Vec::new();
        for _ in 0..count {
            let Step::Deliver(d) = harness.step() else { panic!() };
            delivered.push(format!("{} {:?} {}", d.etype, d.origin, d.identity.name));
        }
        let mut harness = harness.restart_stream(StreamOptions::managed());
        assert!(!harness.request().contains("watch="), "the list is still to be completed");
        harness.list(&list(20, "", &after()));
        delivered.extend(harness.deliveries());
        assert_eq!(delivered, DELIVERED, "stopped after {count}");
    }
}

#[test]
fn synthetic_delete_carries_a_tombstone() {
    let mut harness = watching_from_version_10();
    harness.chunk(GONE);
    harness.request();
    harness.list(&list(20, "", &after()[..3]));
    harness.delivery();
    let (etype, origin, object) = harness.delivery();
    assert_eq!((etype, origin), (EventType::Deleted, Origin::Repair));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&object).unwrap(),
        serde_json::json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "c", "uid": "3", "resourceVersion": "7"},
        })
    );
}

#[test]
fn expired_continue_token_restarts_the_list() {
    for expires in [false, true] {
        let mut harness = managed(None);
        harness.request();
        harness.list(&list(10, "t", &[item("a", "1", 5), item("b", "2", 6)]));
        assert_eq!(harness.deliveries(), ["ADDED Initial a", "ADDED Initial b"]);
        assert_eq!(harness.request(), "/api/v1/pods?limit=500&continue=t");
        if expires {
            harness.head(410);
            harness.end();
        } else {
            harness.head(200);
            harness.chunk(&list(10, "t2", &[item("c", "3", 7)])[..40]);
            harness.disconnect();
            harness.sleep();
            assert_eq!(
                harness.request(),
                "/api/v1/pods?limit=500&continue=t",
                "the page is requested again"
            );
            harness.head(410);
            harness.end();
        }
        // Since then `b` was deleted and `a` changed.
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
        harness.list(&list(12, "", &[item("a", "1", 11), item("c", "3", 7)]));
        assert_eq!(
            harness.deliveries(),
            ["MODIFIED Initial a", "ADDED Initial c", "DELETED Repair b"]
        );
        assert!(harness.request().contains("resourceVersion=12&"));
    }
}

#[test]
fn gap_after_a_given_version_delivers_every_object() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk(&event("ADDED", "6"));
    harness.delivery();
    harness.chunk(GONE);
    harness.request();
    harness.list(&list(20, "", &[item("a", "", 6), item("b", "2", 7)]));
    assert_eq!(harness.deliveries(), ["ADDED Repair b"], "`a` is unchanged");
}

#[test]
fn consecutive_410s_back_off() {
    let mut harness = watching_from_version_10();
    let mut slept = Duration::ZERO;
    harness.chunk(GONE);
    for _ in 0..3 {
        harness.request();
        harness.list(&list(20, "", &after()));
        harness.deliveries();
        harness.request();
        harness.head(200);
        harness.chunk(GONE);
        harness.sleep();
    }
    // Events in between do not matter: a server may send one with each 410.
    for version in 20..40 {
        harness.request();
        harness.list(&list(version, "", &after()));
        harness.deliveries();
        harness.request();
        harness.head(200);
        harness.chunk(&event("BOOKMARK", &(version + 1).to_string()));
        harness.wait();
        harness.chunk(GONE);
        slept += harness.sleep();
    }
    assert!(slept > Duration::from_mins(1), "{slept:?}");
    // After a connection that lasted, a 410 causes no wait.
    harness.request();
    harness.list(&list(40, "", &after()));
    harness.deliveries();
    harness.request();
    harness.accept_watch();
    harness.chunk(GONE);
    harness.request();
}

#[test]
fn gap_without_repair_ends_the_stream() {
    let settings =
        || Settings { ends_at_gaps: true, initial_list: InitialList::Paged, ..Settings::default() };
    let mut harness = Harness::with(settings(), StreamOptions::managed(), Some("1"));
    harness.request();
    harness.head(200);
    harness.chunk(GONE);
    assert!(harness.error().is_gone());
    let mut harness = Harness::with(settings(), StreamOptions::managed(), None);
    harness.request();
    harness.list(&list(10, "t", &[item("a", "1", 5)]));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    assert_eq!(harness.machine.status(harness.now).indexed_objects, 0);
    harness.request();
    harness.head(410);
    harness.end();
    let error = harness.error();
    let delivered = "listing pods/v1: the continue token of the list expired: ";
    assert!(error.is_gone() && error.to_string().starts_with(delivered), "{error}");
}

#[test]
fn relist_does_not_use_the_watch_cache() {
    let settings = Settings { initial_list: InitialList::WatchCache, ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), Some("5"));
    harness.request();
    harness.head(200);
    harness.chunk(GONE);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}
