//! Gaps: the state is taken anew and compared with what was delivered.

use super::*;

fn item(name: &str, uid: &str, version: u32) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","uid":"{uid}","resourceVersion":"{version}"}}}}"#)
}

fn list(version: u32, continue_token: &str, items: &[String]) -> String {
    let items = items.join(",");
    format!(
        r#"{{"metadata":{{"resourceVersion":"{version}","continue":"{continue_token}"}},"items":[{items}]}}"#
    )
}

/// A stream that has delivered four objects and watches from version 10.
fn watching() -> Harness {
    let mut harness = managed(None);
    harness.request();
    let items = [item("a", "1", 5), item("b", "2", 6), item("c", "3", 7), item("d", "4", 8)];
    harness.list(&list(10, "", &items));
    assert_eq!(harness.deliveries().len(), 4);
    assert!(harness.request().contains("resourceVersion=10&"));
    harness.accept_watch();
    harness
}

/// The repair after [`watching`]: `a` is as it was, `b` was changed, `c` deleted and created again, `d`
/// deleted, `e` created.
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
fn both_forms_and_both_reasons_of_410_are_repaired() {
    let event = |reason| {
        format!("{{\"type\":\"ERROR\",\"object\":{{\"reason\":\"{reason}\",\"code\":410}}}}\n")
    };
    for in_stream in [true, false] {
        for reason in ["Expired", "Gone"] {
            let mut harness = watching();
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
fn the_version_counts_only_once_every_deletion_is_told() {
    let mut harness = watching();
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
fn a_repair_that_was_stopped_is_gone_on_with_by_the_next_stream() {
    for count in 0..=DELIVERED.len() {
        let mut harness = watching();
        harness.chunk(GONE);
        harness.request();
        harness.list(&list(20, "", &after()));
        let mut delivered = Vec::new();
        for _ in 0..count {
            let Step::Deliver(d) = harness.step() else { panic!() };
            delivered.push(format!("{} {:?} {}", d.etype, d.origin, d.identity.name));
        }
        let mut harness = harness.restart_stream(StreamOptions::managed());
        assert!(harness.request().contains("resourceVersion=10&"));
        harness.head(200);
        harness.chunk(GONE);
        harness.request();
        harness.list(&list(20, "", &after()));
        delivered.extend(harness.deliveries());
        assert_eq!(delivered, DELIVERED, "stopped after {count}");
    }
}

#[test]
fn what_is_gone_is_told_by_what_is_known_of_it() {
    let mut harness = watching();
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
fn a_list_that_is_cut_or_expires_starts_over_and_tells_nothing_twice() {
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
                "the page can be had"
            );
            harness.head(410);
            harness.end();
        }
        // By now `b` is gone and `a` was changed.
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
fn a_gap_after_a_version_that_was_given_tells_all_that_there_is() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk(&event("ADDED", "6"));
    harness.delivery();
    harness.chunk(GONE);
    harness.request();
    harness.list(&list(20, "", &[item("a", "", 6), item("b", "2", 7)]));
    assert_eq!(harness.deliveries(), ["ADDED Repair b"], "`a` is known as it is");
}

#[test]
fn gaps_one_after_another_are_waited_between() {
    let mut harness = watching();
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
    // Once something has come, a gap is no reason to wait.
    harness.request();
    harness.list(&list(20, "", &after()));
    harness.request();
    harness.head(200);
    harness.chunk(&event("BOOKMARK", "21"));
    harness.wait();
    harness.chunk(GONE);
    harness.request();
}

#[test]
fn without_repair_a_gap_ends_the_stream() {
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
fn the_oldest_event_is_asked_for_and_where_history_begins_is_obeyed() {
    let settings = || Settings {
        start_from: StartFrom::OldestEvent,
        initial_list: InitialList::Paged,
        ..Settings::default()
    };
    let mut harness = Harness::with(settings(), StreamOptions::managed(), None);
    assert!(harness.request().contains("watch=true&resourceVersion=1&"));
    assert_eq!(harness.machine.version(), None, "that was but a question");
    harness.head(200);
    harness.chunk(GONE);
    assert!(harness.request().contains("watch=true&resourceVersion=306&"));
    harness.head(200);
    harness.chunk(&event("MODIFIED", "307"));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    // A server that forgets faster than it is asked, and one that stops halfway.
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
    assert_eq!(harness.request(), "/api/v1/pods?limit=500", "a server that contradicts itself");
    // A server that does not say how far back it goes.
    let mut harness = Harness::with(settings(), StreamOptions::managed(), None);
    harness.request();
    harness.head(410);
    harness.end();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&list(10, "", &[item("a", "1", 5)]));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    assert_eq!(harness.machine.version(), Some("10"));
    // It stops before the state is whole: history would take back what was told.
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
fn a_server_that_was_set_back_is_believed_in_the_end() {
    let mut harness = watching();
    harness.end();
    for _ in 0..5 {
        assert!(harness.request().contains("resourceVersion=10&"));
        harness.head_after(504, Some(Duration::from_secs(1)));
        harness.chunk(r#"{"message":"Timeout: Too large resource version: 10, current: 7"}"#);
        harness.end();
        harness.sleep();
    }
    assert_eq!(harness.request(), "/api/v1/pods?limit=1");
    harness.list(&list(7, "", &[]));
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&list(7, "", &[item("a", "1", 5), item("b", "2", 6)]));
    // What versions 5 and 6 stand for now, nobody knows.
    assert_eq!(
        harness.deliveries(),
        ["MODIFIED Repair a", "MODIFIED Repair b", "DELETED Repair c", "DELETED Repair d"]
    );
    assert!(harness.request().contains("resourceVersion=7&"));
}

#[test]
fn a_server_that_is_only_behind_is_waited_for() {
    let too_large = |harness: &mut Harness| {
        for _ in 0..5 {
            assert!(harness.request().contains("resourceVersion=10&"));
            harness.head(504);
            harness.chunk(r#"{"message":"Timeout: Too large resource version: 10, current: 7"}"#);
            harness.end();
            harness.sleep();
        }
        assert_eq!(harness.request(), "/api/v1/pods?limit=1");
    };
    let mut harness = watching();
    harness.end();
    for current in [10, 12] {
        too_large(&mut harness);
        harness.list(&list(current, "", &[]));
    }
    too_large(&mut harness);
    // A version that cannot be compared is no denial.
    harness.list(r#"{"metadata":{"resourceVersion":"x"},"items":[]}"#);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn a_gap_that_is_followed_by_an_older_state_is_a_set_back() {
    let mut harness = watching();
    harness.chunk(GONE);
    harness.request();
    let items = [item("a", "1", 5), item("b", "2", 9)];
    harness.list(&list(9, "", &items));
    assert_eq!(harness.deliveries(), ["MODIFIED Repair b"]);
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&list(9, "", &items));
    assert_eq!(
        harness.deliveries(),
        ["MODIFIED Repair a", "MODIFIED Repair b", "DELETED Repair c", "DELETED Repair d"]
    );
    assert!(harness.request().contains("resourceVersion=9&"));
}

#[test]
fn a_repair_in_doubt_is_gone_on_with_by_the_next_stream() {
    let mut harness = watching();
    harness.chunk(&event("BOOKMARK", "7"));
    harness.request();
    let items = [item("a", "1", 5), item("b", "2", 6)];
    harness.list(&list(7, "", &items));
    assert!(matches!(harness.step(), Step::Deliver(d) if d.identity.name == "a"));
    let mut harness = harness.restart_stream(StreamOptions::managed());
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&list(9, "", &items));
    assert_eq!(harness.deliveries(), ["MODIFIED Repair b", "DELETED Repair c", "DELETED Repair d"]);
    assert!(harness.request().contains("resourceVersion=9&"));
    let mut harness = harness.restart_stream(StreamOptions::managed());
    assert!(harness.request().contains("resourceVersion=9&"));
}

#[test]
fn a_repair_takes_no_stale_state() {
    let settings = Settings { initial_list: InitialList::WatchCache, ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), Some("5"));
    harness.request();
    harness.head(200);
    harness.chunk(GONE);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}
