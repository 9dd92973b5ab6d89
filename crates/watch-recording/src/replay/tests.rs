//! The order in which recorded lines become changes.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use watch_runtime::{EventType, Origin};
use watchable_core::{ResourceInfo, Scope};

use super::change::{Change, What};
use super::order::Changes;
use super::sources::Sources;
use crate::header::{Header, RecordedResource, Redaction, VERSION};
use crate::{Entry, EntryKind};

use EventType::{Added, Deleted, Modified};
use Origin::{Initial, Live, Repair};

const PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

fn at(millisecond: i64) -> Timestamp {
    "2026-01-02T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_millis(millisecond)
}

/// Sources of Pods with these names.
fn sources(names: &[&str]) -> Sources {
    let resources = names.iter().map(|name| {
        let recorded = RecordedResource::new(PODS);
        RecordedResource { source: (*name).to_owned(), ..recorded }
    });
    Sources::new(&Header {
        version: VERSION.to_owned(),
        cluster: None,
        release: "1.37".to_owned(),
        started: at(0),
        resources: resources.collect(),
        redaction: Redaction::default(),
        part: 1,
    })
}

fn entry(millisecond: i64, source: &str, what: EntryKind) -> Entry {
    Entry { time: at(millisecond), source: Arc::from(source), resource: PODS, what }
}

fn event(
    time: i64,
    source: &str,
    etype: EventType,
    origin: Origin,
    name: &str,
    version: u64,
) -> Entry {
    let object = format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"shop","resourceVersion":"{version}"}}}}"#
    );
    entry(time, source, EntryKind::Event { etype, origin, object: object.into() })
}

fn position(time: i64, source: &str, version: u64) -> Entry {
    entry(time, source, EntryKind::Position { version: version.to_string(), synced: true })
}

/// What a change is, such as `+a@7`, `~a@8`, `-a@9`, `?a@9` (without a last state), `=10`, `<5`.
fn text(change: &Change) -> String {
    let version = change.version;
    match &change.what {
        What::Put { etype: Added, key, .. } => format!("+{}@{version}", key.name),
        What::Put { key, .. } => format!("~{}@{version}", key.name),
        What::Delete { key, .. } => format!("-{}@{version}", key.name),
        What::DeleteNamed { key } => format!("?{}@{version}", key.name),
        What::Advance => format!("={version}"),
        What::Rewind => format!("<{version}"),
    }
}

/// The versions after the first lists, the number of objects in them, and the changes after them.
fn replayed(names: &[&str], entries: Vec<Entry>) -> (u64, usize, Vec<String>) {
    let mut sources = sources(names);
    let mut lines = entries.into_iter().map(Ok);
    let start = sources.start(&mut lines).unwrap();
    let (version, objects) = (sources.version(0), start.objects[0].len());
    let lines = start.lines.into_iter().map(Ok).chain(lines.collect::<VecDeque<_>>());
    let mut changes = Changes::new(sources, Box::new(lines), at(0));
    let mut found = Vec::new();
    let mut last = at(0);
    while let Some(change) = changes.next().unwrap() {
        assert!(change.time >= last, "time goes back");
        last = change.time;
        found.push(text(&change));
    }
    (version, objects, found)
}

#[test]
fn first_lists_are_the_state_and_live_events_follow_as_they_were() {
    let (version, objects, changes) = replayed(
        &["pods"],
        vec![
            event(1, "pods", Added, Initial, "a", 70),
            event(2, "pods", Added, Initial, "b", 60),
            // The list began again, and found that `a` was gone.
            event(3, "pods", Deleted, Initial, "a", 70),
            position(4, "pods", 100),
            event(5, "pods", Modified, Live, "b", 101),
            event(6, "pods", Added, Live, "c", 103),
            event(7, "pods", Deleted, Live, "b", 104),
            position(8, "pods", 110),
        ],
    );
    assert_eq!((version, objects), (100, 1));
    assert_eq!(changes, ["~b@101", "+c@103", "-b@104", "=110"]);
}

#[test]
fn events_of_one_source_wait_for_the_first_list_of_another() {
    let (version, objects, changes) = replayed(
        &["shop", "blog"],
        vec![
            event(1, "shop", Added, Initial, "a", 70),
            position(2, "shop", 100),
            event(3, "blog", Added, Initial, "b", 102),
            event(4, "shop", Modified, Live, "a", 101),
            position(5, "blog", 105),
            event(6, "shop", Modified, Live, "a", 106),
        ],
    );
    // As far as both are: what the other has seen since comes again, and is known.
    assert_eq!((version, objects), (100, 2));
    assert_eq!(changes, ["~a@101", "~a@106"]);
}

#[test]
fn repair_is_sorted_by_version_and_waits_for_the_end_of_its_list() {
    let (_, _, changes) = replayed(
        &["pods"],
        vec![
            position(1, "pods", 100),
            entry(10, "pods", EntryKind::Gap { from: at(1), to: at(10) }),
            event(10, "pods", Modified, Repair, "a", 119),
            event(10, "pods", Added, Repair, "b", 105),
            // The position from before, while the list is not complete.
            position(11, "pods", 100),
            entry(11, "pods", EntryKind::Position { version: String::new(), synced: true }),
            event(12, "pods", Deleted, Repair, "c", 60),
            position(13, "pods", 120),
            event(14, "pods", Modified, Live, "a", 121),
        ],
    );
    assert_eq!(changes, ["+b@105", "~a@119", "?c@120", "=120", "~a@121"]);
}

#[test]
fn repair_without_a_position_ends_at_the_next_event_or_with_the_recording() {
    let (_, _, changes) = replayed(
        &["pods"],
        vec![
            position(1, "pods", 100),
            event(10, "pods", Deleted, Repair, "c", 60),
            event(10, "pods", Added, Repair, "b", 105),
            event(14, "pods", Modified, Live, "b", 110),
            event(15, "pods", Deleted, Repair, "b", 110),
        ],
    );
    assert_eq!(changes, ["+b@105", "?c@109", "~b@110", "?b@111"]);
}

#[test]
fn server_that_was_rolled_back_is_rewound() {
    let (_, _, changes) = replayed(
        &["pods"],
        vec![
            position(1, "pods", 100),
            event(2, "pods", Added, Live, "a", 101),
            event(3, "pods", Modified, Repair, "b", 40),
            event(3, "pods", Deleted, Repair, "a", 101),
            position(4, "pods", 50),
            event(5, "pods", Modified, Live, "b", 51),
        ],
    );
    assert_eq!(changes, ["+a@101", "<39", "~b@40", "?a@50", "=50", "~b@51"]);
}

#[test]
fn sources_of_one_resource_are_put_in_order() {
    let (_, _, changes) = replayed(
        &["shop", "blog"],
        vec![
            position(1, "shop", 100),
            position(1, "blog", 100),
            event(10, "shop", Added, Live, "a", 103),
            event(20, "blog", Added, Live, "b", 101),
            position(30, "shop", 110),
            event(40, "blog", Modified, Live, "b", 108),
            event(50, "blog", Deleted, Live, "b", 109),
            position(60, "blog", 110),
            // Later than is read ahead.
            event(9_000, "shop", Modified, Live, "a", 130),
            event(12_000, "blog", Added, Live, "c", 120),
        ],
    );
    assert_eq!(
        changes,
        ["+b@101", "=101", "+a@103", "~b@108", "-b@109", "=110", "~a@130", "+c@120"]
    );
}

#[test]
fn version_that_is_no_number_is_an_error_that_names_the_source() {
    let mut sources = sources(&["pods"]);
    let what = EntryKind::Position { version: "x1".to_owned(), synced: true };
    let mut lines = [Ok(entry(1, "pods", what))].into_iter();
    let error = sources.start(&mut lines).unwrap_err();
    let text = "cannot replay \"pods\": the resource version \"x1\" is not a number, so that there \
                is no order of its changes";
    assert_eq!(error.to_string(), text);
}
