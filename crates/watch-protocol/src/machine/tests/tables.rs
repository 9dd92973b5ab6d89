//! Rows of tables: their columns, tombstones, and servers that refuse or do not have them.

use super::*;
use watchable_core::{ResourceInfo, Scope};

use crate::request_builder::RequestBuilder;

const COLUMNS: &str = r#"[{"name":"Name"}]"#;

fn rows() -> Harness {
    let pod = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    let requests = RequestBuilder::new(pod, Settings::default(), StreamOptions::managed());
    Harness::of(requests.metadata_only(true).as_table(true), None)
}

fn row(name: &str, version: &str) -> String {
    format!(
        r#"{{"cells":["{name}"],"object":{{"metadata":{{"name":"{name}","resourceVersion":"{version}"}}}}}}"#
    )
}

fn table(columns: &str, version: &str, rows: &[String]) -> String {
    let rows = rows.join(",");
    format!(
        r#"{{"kind":"Table","metadata":{{"resourceVersion":"{version}"}},"columnDefinitions":{columns},"rows":[{rows}]}}"#
    )
}

fn event(etype: &str, columns: &str, row: &str) -> String {
    let table = table(columns, "1", &[row.to_owned()]);
    format!(r#"{{"type":"{etype}","object":{table}}}"#) + "\n"
}

fn with_columns(columns: &str, row: &str) -> String {
    format!(r#"{{"columnDefinitions":{columns},{}"#, &row[1..])
}

/// A list of `a` and `b`, and a watch of what follows.
fn live() -> Harness {
    let mut harness = rows();
    let request = harness.request();
    assert!(request.contains("sendInitialEvents=true"), "{request}");
    // As Kubernetes 1.32 and 1.33 do.
    harness.head(406);
    harness.chunk(r#"{"kind":"Status","reason":"NotAcceptable","code":406,"message":"no"}"#);
    harness.end();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500&includeObject=Metadata");
    harness.list(&table(COLUMNS, "9", &[row("a", "5"), row("b", "6")]));
    let (_, _, first) = harness.delivery();
    assert_eq!(first, with_columns(COLUMNS, &row("a", "5")));
    assert_eq!(harness.delivery().2, row("b", "6"));
    let request = harness.request();
    assert!(request.contains("resourceVersion=9&"), "{request}");
    harness.accept_watch();
    harness
}

#[test]
fn refused_streaming_list_is_followed_by_a_list() {
    let mut harness = live();
    harness.chunk(&event("MODIFIED", COLUMNS, &row("a", "10")));
    // The consumer has seen these columns.
    assert_eq!(harness.delivery(), (EventType::Modified, Origin::Live, row("a", "10")));
    assert_eq!(harness.machine.version(), Some("10"));
}

#[test]
fn new_columns_come_with_the_next_row_that_is_delivered() {
    let mut harness = live();
    let columns = r#"[{"name":"Name"},{"name":"Age"}]"#;
    // It was delivered before, and the bookmark is not.
    harness.chunk(&event("MODIFIED", columns, &row("a", "5")));
    assert_eq!(harness.deliveries(), [""; 0]);
    let bookmark = table("null", "11", &[row("", "11")]);
    harness.chunk(&(format!(r#"{{"type":"BOOKMARK","object":{bookmark}}}"#) + "\n"));
    assert_eq!(harness.deliveries(), [""; 0]);
    harness.chunk(&event("MODIFIED", "null", &row("b", "12")));
    assert_eq!(harness.delivery().2, with_columns(columns, &row("b", "12")));
    harness.chunk(&event("DELETED", "null", &row("b", "13")));
    assert_eq!(harness.delivery(), (EventType::Deleted, Origin::Live, row("b", "13")));
}

#[test]
fn tombstone_is_a_row_without_cells() {
    let mut harness = live();
    harness.chunk(GONE);
    assert!(harness.request().starts_with("/api/v1/pods?limit=500"));
    harness.list(&table(COLUMNS, "20", &[row("a", "5")]));
    let tombstone = r#"{"object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b","resourceVersion":"6"}}}"#;
    assert_eq!(harness.delivery(), (EventType::Deleted, Origin::Repair, tombstone.to_owned()));
}

#[test]
fn objects_are_rows_without_cells() {
    let mut harness = rows();
    harness.request();
    harness.head(200);
    let object = r#"{"metadata":{"name":"a","resourceVersion":"6"}}"#;
    harness.chunk(&(format!(r#"{{"type":"ADDED","object":{object}}}"#) + "\n"));
    assert_eq!(harness.delivery().2, format!(r#"{{"object":{object}}}"#));
}
