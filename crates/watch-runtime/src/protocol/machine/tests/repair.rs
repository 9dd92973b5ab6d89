//! Gaps: the state is taken anew and compared with what was delivered.

use super::*;

fn item(name: &str, uid: &str, version: u32) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","uid":"{uid}","resourceVersion":"{version}"}}}}"#)
}

fn list(version: u32, continue_: &str, items: &[String]) -> String {
    let items = items.join(",");
    format!(
        r#"{{"metadata":{{"resourceVersion":"{version}","continue":"{continue_}"}},"items":[{items}]}}"#
    )
}

/// A stream that has delivered four objects and watches from version 10.
fn watching() -> Bench {
    let mut bench = managed(None);
    bench.request();
    let items = [item("a", "1", 5), item("b", "2", 6), item("c", "3", 7), item("d", "4", 8)];
    bench.list(&list(10, "", &items));
    assert_eq!(bench.told().len(), 4);
    assert!(bench.request().contains("resourceVersion=10&"));
    bench.watching();
    bench
}

/// The repair after [`watching`]: `a` is as it was, `b` was changed, `c` deleted and created again, `d`
/// deleted, `e` created.
fn after() -> [String; 4] {
    [item("a", "1", 5), item("b", "2", 12), item("c", "9", 13), item("e", "10", 14)]
}

const TOLD: [&str; 5] = [
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
            let mut bench = watching();
            if in_stream {
                bench.chunk(&event(reason));
            } else {
                bench.end();
                bench.request();
                bench.head(410);
                bench.chunk(&format!(r#"{{"reason":"{reason}"}}"#));
                bench.end();
            }
            assert_eq!(bench.request(), "/api/v1/pods?limit=500");
            bench.list(&list(20, "", &after()));
            assert_eq!(bench.told(), TOLD);
            assert_eq!(bench.machine.version(), Some("20"));
            assert!(bench.request().contains("watch=true&resourceVersion=20&"));
            assert_eq!(bench.machine.status(bench.now).repairs, 1);
        }
    }
}

#[test]
fn the_version_counts_only_once_every_deletion_is_told() {
    let mut bench = watching();
    bench.chunk(GONE);
    bench.request();
    bench.list(&list(20, "", &after()));
    for _ in TOLD {
        assert_eq!(bench.machine.version(), Some("10"), "the next stream must repair the gap, too");
        assert!(matches!(bench.step(), Step::Deliver(_)));
    }
    bench.request();
    assert_eq!(bench.machine.take_moved(), Some("20"));
}

#[test]
fn a_repair_that_was_stopped_is_gone_on_with_by_the_next_stream() {
    for delivered in 0..=TOLD.len() {
        let mut bench = watching();
        bench.chunk(GONE);
        bench.request();
        bench.list(&list(20, "", &after()));
        let mut told = Vec::new();
        for _ in 0..delivered {
            let Step::Deliver(d) = bench.step() else { panic!() };
            told.push(format!("{} {:?} {}", d.etype, d.origin, d.identity.name));
        }
        let mut bench = bench.again(StreamOptions::managed());
        assert!(bench.request().contains("resourceVersion=10&"));
        bench.head(200);
        bench.chunk(GONE);
        bench.request();
        bench.list(&list(20, "", &after()));
        told.extend(bench.told());
        assert_eq!(told, TOLD, "stopped after {delivered}");
    }
}

#[test]
fn what_is_gone_is_told_by_what_is_known_of_it() {
    let mut bench = watching();
    bench.chunk(GONE);
    bench.request();
    bench.list(&list(20, "", &after()[..3]));
    bench.delivery();
    let (etype, origin, object) = bench.delivery();
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
        let mut bench = managed(None);
        bench.request();
        bench.list(&list(10, "t", &[item("a", "1", 5), item("b", "2", 6)]));
        assert_eq!(bench.told(), ["ADDED Initial a", "ADDED Initial b"]);
        assert_eq!(bench.request(), "/api/v1/pods?limit=500&continue=t");
        if expires {
            bench.head(410);
            bench.end();
        } else {
            bench.head(200);
            bench.chunk(&list(10, "t2", &[item("c", "3", 7)])[..40]);
            bench.cut();
            bench.sleep();
            assert_eq!(bench.request(), "/api/v1/pods?limit=500&continue=t", "the page can be had");
            bench.head(410);
            bench.end();
        }
        // By now `b` is gone and `a` was changed.
        assert_eq!(bench.request(), "/api/v1/pods?limit=500");
        bench.list(&list(12, "", &[item("a", "1", 11), item("c", "3", 7)]));
        assert_eq!(bench.told(), ["MODIFIED Initial a", "ADDED Initial c", "DELETED Repair b"]);
        assert!(bench.request().contains("resourceVersion=12&"));
    }
}

#[test]
fn a_gap_after_a_version_that_was_given_tells_all_that_there_is() {
    let mut bench = managed(Some("5"));
    bench.request();
    bench.watching();
    bench.chunk(&event("ADDED", "6"));
    bench.delivery();
    bench.chunk(GONE);
    bench.request();
    bench.list(&list(20, "", &[item("a", "", 6), item("b", "2", 7)]));
    assert_eq!(bench.told(), ["ADDED Repair b"], "`a` is known as it is");
}

#[test]
fn gaps_one_after_another_are_waited_between() {
    let mut bench = watching();
    bench.chunk(GONE);
    for _ in 0..3 {
        bench.request();
        bench.list(&list(20, "", &after()));
        bench.told();
        bench.request();
        bench.head(200);
        bench.chunk(GONE);
        bench.sleep();
    }
    // Once something has come, a gap is no reason to wait.
    bench.request();
    bench.list(&list(20, "", &after()));
    bench.request();
    bench.head(200);
    bench.chunk(&event("BOOKMARK", "21"));
    bench.wait();
    bench.chunk(GONE);
    bench.request();
}

#[test]
fn without_repair_a_gap_ends_the_stream() {
    let settings =
        || Settings { ends_at_gaps: true, initial_list: InitialList::Paged, ..Settings::default() };
    let mut bench = Bench::with(settings(), StreamOptions::managed(), Some("1"));
    bench.request();
    bench.head(200);
    bench.chunk(GONE);
    assert!(bench.error().is_gone());
    let mut bench = Bench::with(settings(), StreamOptions::managed(), None);
    bench.request();
    bench.list(&list(10, "t", &[item("a", "1", 5)]));
    assert_eq!(bench.told(), ["ADDED Initial a"]);
    assert_eq!(bench.machine.status(bench.now).objects, 0);
    bench.request();
    bench.head(410);
    bench.end();
    let error = bench.error();
    let told = "listing pods/v1: the list took longer than the server keeps its pages: ";
    assert!(error.is_gone() && error.to_string().starts_with(told), "{error}");
}

#[test]
fn the_oldest_event_is_asked_for_and_where_history_begins_is_obeyed() {
    let settings = || Settings {
        start_from: StartFrom::OldestEvent,
        initial_list: InitialList::Paged,
        ..Settings::default()
    };
    let mut bench = Bench::with(settings(), StreamOptions::managed(), None);
    assert!(bench.request().contains("watch=true&resourceVersion=1&"));
    assert_eq!(bench.machine.version(), None, "that was but a question");
    bench.head(200);
    bench.chunk(GONE);
    assert!(bench.request().contains("watch=true&resourceVersion=306&"));
    bench.head(200);
    bench.chunk(&event("MODIFIED", "307"));
    assert_eq!(bench.told(), ["MODIFIED Live a"]);
    // A server that forgets faster than it is asked, and one that stops halfway.
    let mut bench = Bench::with(settings(), StreamOptions::managed(), None);
    bench.request();
    bench.head(200);
    bench.chunk(GONE);
    bench.request();
    bench.head(200);
    bench.chunk(&GONE.replace("306", "400"));
    bench.sleep();
    assert!(bench.request().contains("watch=true&resourceVersion=400&"));
    assert_eq!(bench.machine.version(), None, "nothing was told");
    bench.head(200);
    bench.chunk(&GONE.replace("306", "400"));
    bench.sleep();
    assert_eq!(bench.request(), "/api/v1/pods?limit=500", "a server that contradicts itself");
    // A server that does not say how far back it goes.
    let mut bench = Bench::with(settings(), StreamOptions::managed(), None);
    bench.request();
    bench.head(410);
    bench.end();
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    bench.list(&list(10, "", &[item("a", "1", 5)]));
    assert_eq!(bench.told(), ["ADDED Initial a"]);
    assert_eq!(bench.machine.version(), Some("10"));
    // It stops before the state is whole: history would take back what was told.
    let mut bench = Bench::with(settings(), StreamOptions::managed(), None);
    bench.request();
    bench.head(410);
    bench.end();
    bench.request();
    bench.list(&list(10, "t", &[item("a", "1", 5)]));
    assert_eq!(bench.told(), ["ADDED Initial a"]);
    let mut bench = bench.again(StreamOptions::managed());
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
}

#[test]
fn a_server_that_was_set_back_is_believed_in_the_end() {
    let mut bench = watching();
    bench.end();
    for _ in 0..5 {
        assert!(bench.request().contains("resourceVersion=10&"));
        bench.head_after(504, Some(Duration::from_secs(1)));
        bench.chunk(r#"{"message":"Timeout: Too large resource version: 10, current: 7"}"#);
        bench.end();
        bench.sleep();
    }
    assert_eq!(bench.request(), "/api/v1/pods?limit=1");
    bench.list(&list(7, "", &[]));
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    bench.list(&list(7, "", &[item("a", "1", 5), item("b", "2", 6)]));
    // What versions 5 and 6 stand for now, nobody knows.
    assert_eq!(
        bench.told(),
        ["MODIFIED Repair a", "MODIFIED Repair b", "DELETED Repair c", "DELETED Repair d"]
    );
    assert!(bench.request().contains("resourceVersion=7&"));
}

#[test]
fn a_server_that_is_only_behind_is_waited_for() {
    let too_large = |bench: &mut Bench| {
        for _ in 0..5 {
            assert!(bench.request().contains("resourceVersion=10&"));
            bench.head(504);
            bench.chunk(r#"{"message":"Timeout: Too large resource version: 10, current: 7"}"#);
            bench.end();
            bench.sleep();
        }
        assert_eq!(bench.request(), "/api/v1/pods?limit=1");
    };
    let mut bench = watching();
    bench.end();
    for current in [10, 12] {
        too_large(&mut bench);
        bench.list(&list(current, "", &[]));
    }
    too_large(&mut bench);
    // A version that cannot be compared is no denial.
    bench.list(r#"{"metadata":{"resourceVersion":"x"},"items":[]}"#);
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
}

#[test]
fn a_gap_that_is_followed_by_an_older_state_is_a_set_back() {
    let mut bench = watching();
    bench.chunk(GONE);
    bench.request();
    let items = [item("a", "1", 5), item("b", "2", 9)];
    bench.list(&list(9, "", &items));
    assert_eq!(bench.told(), ["MODIFIED Repair b"]);
    bench.sleep();
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    bench.list(&list(9, "", &items));
    assert_eq!(
        bench.told(),
        ["MODIFIED Repair a", "MODIFIED Repair b", "DELETED Repair c", "DELETED Repair d"]
    );
    assert!(bench.request().contains("resourceVersion=9&"));
}

#[test]
fn a_repair_in_doubt_is_gone_on_with_by_the_next_stream() {
    let mut bench = watching();
    bench.chunk(&event("BOOKMARK", "7"));
    bench.request();
    let items = [item("a", "1", 5), item("b", "2", 6)];
    bench.list(&list(7, "", &items));
    assert!(matches!(bench.step(), Step::Deliver(d) if d.identity.name == "a"));
    let mut bench = bench.again(StreamOptions::managed());
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
    bench.list(&list(9, "", &items));
    assert_eq!(bench.told(), ["MODIFIED Repair b", "DELETED Repair c", "DELETED Repair d"]);
    assert!(bench.request().contains("resourceVersion=9&"));
    let mut bench = bench.again(StreamOptions::managed());
    assert!(bench.request().contains("resourceVersion=9&"));
}

#[test]
fn a_repair_takes_no_stale_state() {
    let settings = Settings { initial_list: InitialList::WatchCache, ..Settings::default() };
    let mut bench = Bench::with(settings, StreamOptions::managed(), Some("5"));
    bench.request();
    bench.head(200);
    bench.chunk(GONE);
    assert_eq!(bench.request(), "/api/v1/pods?limit=500");
}
