//! Objects without a uid or a version, two of one name, deletions of what is not there, old events.

use super::relist::{item, list};
use super::*;

fn line(etype: &str, object: &str) -> String {
    format!("{{\"type\":\"{etype}\",\"object\":{object}}}\n")
}

fn without_version(name: &str, version: &str, content: u32) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","uid":"u"{version}}},"spec":{content}}}"#)
}

/// A stream whose first list, at version 5, had these objects.
fn listed(items: &[String]) -> Harness {
    let mut harness = managed(None);
    harness.request();
    harness.list(&list(5, "", items));
    assert_eq!(harness.deliveries().len(), items.len());
    harness.request();
    harness.accept_watch();
    harness
}

#[test]
fn event_without_uid_is_about_the_object_of_that_name() {
    let mut harness = listed(&[item("a", "1", 3)]);
    let bare = line("DELETED", r#"{"metadata":{"name":"a","creationTimestamp":null},"spec":{}}"#);
    harness.chunk(&line("MODIFIED", r#"{"metadata":{"name":"a","resourceVersion":"6"}}"#));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    harness.chunk(&line("MODIFIED", &item("a", "1", 7)));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    harness.chunk(&bare);
    assert_eq!(harness.deliveries(), ["DELETED Live a"]);
    harness.chunk(&bare);
    assert_eq!(harness.deliveries(), [""; 0], "it was deleted already");
    harness.chunk(&line("ADDED", &item("a", "2", 9)));
    assert_eq!(harness.deliveries(), ["ADDED Live a"]);
}

#[test]
fn items_without_a_version_are_compared_by_content() {
    for version in ["", r#","resourceVersion":"""#, r#","resourceVersion":null"#] {
        let mut harness =
            listed(&[without_version("a", version, 1), without_version("b", version, 1)]);
        harness.chunk(GONE);
        harness.request();
        let items = [without_version("a", version, 2), without_version("b", version, 1)];
        harness.list(&list(9, "", &items));
        assert_eq!(harness.deliveries(), ["MODIFIED Repair a"], "{version}");
        harness.request();
        harness.accept_watch();
        harness.chunk(&line("MODIFIED", &items[0]));
        assert_eq!(harness.deliveries(), [""; 0], "{version}");
        harness.chunk(&line("MODIFIED", &without_version("a", version, 3)));
        assert_eq!(harness.deliveries(), ["MODIFIED Live a"], "{version}");
        assert_eq!(harness.machine.version(), Some("9"), "{version}");
    }
}

#[test]
fn two_objects_of_one_name_live_side_by_side() {
    let mut harness = listed(&[item("k", "1", 3), item("k", "2", 4)]);
    for (etype, uid, version) in
        [("MODIFIED", "1", 11), ("MODIFIED", "2", 12), ("DELETED", "2", 13), ("MODIFIED", "1", 14)]
    {
        harness.chunk(&line(etype, &item("k", uid, version)));
        assert_eq!(harness.deliveries(), [format!("{etype} Live k")]);
    }
    harness.chunk(&line("ADDED", &item("k", "3", 15)));
    harness.deliveries();
    harness.chunk(GONE);
    harness.request();
    harness.list(&list(20, "", &[item("k", "3", 15)]));
    let Step::Deliver(deleted) = harness.step() else { panic!() };
    assert_eq!((deleted.etype, deleted.identity.uid.text().as_str()), (EventType::Deleted, "1"));
    harness.request();
}

#[test]
fn two_objects_of_one_name_in_a_streaming_list_live_side_by_side() {
    let mut harness = Harness::with(Settings::default(), StreamOptions::managed(), None);
    harness.request();
    harness.head(200);
    harness.chunk(&(line("ADDED", &item("k", "1", 3)) + &line("ADDED", &item("k", "2", 4))));
    assert_eq!(harness.deliveries(), ["ADDED Initial k"; 2]);
}

#[test]
fn deletion_of_an_unknown_object_is_not_delivered_if_the_state_is_known() {
    let deleted = line("DELETED", &item("zz", "9", 8));
    let mut harness = listed(&[item("a", "1", 3)]);
    harness.chunk(&(line("DELETED", &item("a", "other", 7)) + &deleted));
    assert_eq!(harness.deliveries(), [""; 0]);
    assert_eq!(harness.machine.version(), Some("8"), "it was received");
    let mut harness = watching("5");
    harness.chunk(&deleted);
    assert_eq!(harness.deliveries(), ["DELETED Live zz"], "the consumer may have it");
    harness.chunk(&deleted);
    assert_eq!(harness.deliveries(), [""; 0], "it was deleted already");
}

#[test]
fn modification_of_an_unknown_object_is_an_addition_if_the_state_is_known() {
    let modified =
        line("MODIFIED", r#"{"metadata":{"name":"new","uid":"u","resourceVersion":"12"}}"#);
    let mut harness = listed(&[]);
    harness.chunk(&modified);
    assert_eq!(harness.deliveries(), ["ADDED Live new"]);
    // A stream that began from a version may not have received its creation.
    let mut harness = watching("10");
    harness.chunk(&modified);
    assert_eq!(harness.deliveries(), ["MODIFIED Live new"]);
}

#[test]
fn deletion_at_the_old_version_is_delivered_once() {
    let mut harness = listed(&[]);
    let deleted = line("DELETED", &item("a", "1", 6));
    let added = line("ADDED", &item("a", "1", 6)) + &line("ADDED", &item("b", "2", 9));
    harness.chunk(&(added + &deleted));
    assert_eq!(harness.deliveries(), ["ADDED Live a", "ADDED Live b", "DELETED Live a"]);
    harness.end();
    harness.request();
    harness.accept_watch();
    harness.chunk(&deleted);
    assert_eq!(harness.deliveries(), [""; 0]);
    assert_eq!(harness.machine.status(harness.now).indexed_objects, 1);
}

#[test]
fn watch_after_a_list_older_than_its_items_repeats_nothing() {
    let mut harness = listed(&[item("a", "1", 10), item("b", "2", 12)]);
    for (etype, name, uid, version) in [
        ("ADDED", "a", "1", 6),
        ("MODIFIED", "b", "old", 7),
        ("DELETED", "b", "old", 8),
        ("DELETED", "a", "1", 9),
        ("ADDED", "a", "1", 10),
        ("ADDED", "b", "2", 11),
        ("MODIFIED", "b", "2", 12),
    ] {
        harness.chunk(&line(etype, &item(name, uid, version)));
        assert_eq!(harness.deliveries(), [""; 0], "{etype} {name} {version}");
    }
    assert_eq!(harness.machine.version(), Some("12"));
    harness.chunk(&line("MODIFIED", &item("a", "1", 13)));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
}

#[test]
fn added_event_of_a_known_object_is_a_modification() {
    let mut harness = listed(&[item("a", "1", 3)]);
    harness.chunk(&line("ADDED", &item("a", "1", 9)));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
}
