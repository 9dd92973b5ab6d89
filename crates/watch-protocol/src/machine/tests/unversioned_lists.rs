//! Lists without a resource version: watched without one, and compared after each watch.

use super::*;

const UNVERSIONED: &str = "/api/v1/pods?watch=true&timeoutSeconds=";

fn object(name: &str, content: u32) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","uid":"{name}"}},"spec":{content}}}"#)
}

fn list(items: &[String]) -> String {
    format!(r#"{{"kind":"PodList","metadata":{{}},"items":[{}]}}"#, items.join(","))
}

fn added(object: &str) -> String {
    format!("{{\"type\":\"ADDED\",\"object\":{object}}}\n")
}

fn listed() -> Harness {
    let mut harness = managed(None);
    harness.request();
    harness.list(&list(&[object("a", 1), object("b", 1)]));
    assert_eq!(harness.deliveries(), ["ADDED Initial a", "ADDED Initial b"]);
    harness
}

#[test]
fn version_zero_of_a_list_and_of_its_items_is_none() {
    let zero = |x: u32| {
        format!(
            r#"{{"metadata":{{"resourceVersion":"0"}},"items":[{{"metadata":{{"name":"a","uid":"u","resourceVersion":"0"}},"x":{x}}}]}}"#
        )
    };
    let mut harness = managed(None);
    harness.request();
    harness.list(&zero(1));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    assert!(!harness.request().contains("resourceVersion="));
    harness.accept_watch();
    harness.end();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&zero(2));
    assert_eq!(harness.deliveries(), ["MODIFIED Repair a"]);
}

#[test]
fn list_without_a_version_is_watched_without_one() {
    let mut harness = listed();
    assert!(harness.request().starts_with(UNVERSIONED));
    harness.accept_watch();
    // Lists omit the kind.
    let repeated = object("a", 1).replacen('{', r#"{"kind":"Pod","apiVersion":"v1","#, 1);
    harness.chunk(&(added(&repeated) + &added(&object("b", 2)) + &added(&object("c", 1))));
    assert_eq!(harness.deliveries(), ["MODIFIED Live b", "ADDED Live c"]);
    harness.chunk(&event("MODIFIED", "90"));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    assert_eq!(harness.machine.version(), None, "an object's version is not the watch's");
}

#[test]
fn list_without_a_version_is_compared_after_each_watch() {
    for cut in [false, true] {
        let mut harness = listed();
        harness.request();
        harness.accept_watch();
        harness.chunk(&added(&object("a", 1)));
        harness.wait();
        if cut {
            harness.disconnect();
            harness.sleep();
        } else {
            harness.end();
        }
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
        harness.list(&list(&[object("a", 2), object("c", 1)]));
        assert_eq!(
            harness.deliveries(),
            ["MODIFIED Repair a", "ADDED Repair c", "DELETED Repair b"]
        );
        assert!(harness.request().starts_with(UNVERSIONED));
    }
}

#[test]
fn next_stream_compares_a_list_without_a_version() {
    let harness = listed();
    let mut harness = harness.restart_stream(StreamOptions::managed());
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(&list(&[object("a", 1)]));
    assert_eq!(harness.deliveries(), ["DELETED Repair b"]);
}

#[test]
fn unversioned_lists_come_at_a_bounded_rate() {
    let mut harness = listed();
    let (began, mut lists) = (harness.now, 0);
    while harness.now - began < Duration::from_mins(5) {
        match harness.step() {
            Step::Send(outgoing) if outgoing.request.uri().query().unwrap().contains("watch") => {
                harness.head(200);
                harness.pass(Duration::from_millis(600));
                harness.chunk(&added(&object("a", 1)));
                harness.wait();
                harness.end();
            }
            Step::Send(_) => {
                lists += 1;
                harness.list(&list(&[object("a", 1), object("b", 1)]));
            }
            Step::Sleep(time) => {
                harness.pass(time);
                harness.machine.on_wake();
            }
            step => panic!("{step:?}"),
        }
    }
    assert!((5..20).contains(&lists), "{lists}");
}

#[test]
fn list_without_a_version_ends_a_stream_that_does_not_repair_gaps() {
    let settings =
        Settings { ends_at_gaps: true, initial_list: InitialList::Paged, ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    harness.request();
    harness.list(&list(&[]));
    let error = harness.error().to_string();
    assert!(error.contains("a list without a resourceVersion"), "{error}");
}

#[test]
fn events_without_a_version_are_compared_once_the_watch_has_ended() {
    let versioned = |version: u32, items: &[String]| {
        list(items).replace("{}", &format!(r#"{{"resourceVersion":"{version}"}}"#))
    };
    for stopped in [false, true] {
        let mut harness = managed(None);
        harness.request();
        harness.list(&versioned(10, &[object("a", 1)]));
        assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
        assert!(harness.request().contains("resourceVersion=10&"));
        harness.accept_watch();
        harness.chunk(&added(&object("a", 2)));
        assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
        // From version 10 on, the server would send this event again.
        if stopped {
            harness = harness.restart_stream(StreamOptions::managed());
        } else {
            harness.disconnect();
            harness.sleep();
        }
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
        harness.list(&versioned(12, &[object("a", 2)]));
        assert!(harness.request().contains("resourceVersion=12&"));
        harness.accept_watch();
        // A bookmark's version stands for all events before it.
        harness.chunk(&(added(&object("b", 1)) + BOOKMARK_AT_14));
        assert_eq!(harness.deliveries(), ["ADDED Live b"]);
        harness.disconnect();
        harness.sleep();
        assert!(harness.request().contains("resourceVersion=14&"));
    }
}

const BOOKMARK_AT_14: &str =
    "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"14\"}}}\n";
