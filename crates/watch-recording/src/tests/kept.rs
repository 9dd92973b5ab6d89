//! Recordings of events that a program has kept.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use watch_runtime::{EventType, Origin};
use watchable_core::{ResourceInfo, Scope};

use crate::{EntryKind, RecordedResource, Recording, RecordingWriter};

const SECRETS: ResourceInfo = ResourceInfo::new("", "v1", "Secret", "secrets", Scope::Namespaced);

fn secret(version: &str, value: &str) -> String {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "data": {"key": value},
        "metadata": {"namespace": "shop", "name": "s", "uid": "u", "resourceVersion": version},
    });
    secret.to_string()
}

#[test]
fn kept_events_are_read_as_they_were_without_values_of_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.jsonl.zst");
    let start: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let at = |second: i64| start + SignedDuration::from_secs(second);
    let resources = vec![RecordedResource::new(SECRETS)];
    let mut writer = RecordingWriter::create(&path, start, resources.clone()).unwrap();
    let events = [
        (0, EventType::Added, Origin::Initial, secret("1", "QUFBQQ==")),
        (1, EventType::Modified, Origin::Live, secret("2", "QkJCQg==")),
        (2, EventType::Modified, Origin::Repair, secret("4", "QUFBQQ==")),
        (3, EventType::Deleted, Origin::Live, secret("5", "QUFBQQ==")),
    ];
    for (second, etype, origin, object) in &events {
        writer.event(at(*second), 0, (*etype, *origin), object).unwrap();
        if *origin == Origin::Initial {
            writer.synced(start).unwrap();
        }
    }
    let summary = writer.finish().unwrap();
    assert_eq!((summary.events, summary.gaps, summary.objects), (4, 1, 0));

    let recording = Recording::open(&path).unwrap();
    assert!(recording.header().redaction.secrets && recording.header().redaction.key.is_some());
    let mut values = Vec::new();
    let mut read = Vec::new();
    for entry in recording.entries() {
        let entry = entry.unwrap();
        if let EntryKind::Event { etype, origin, object } = entry.what {
            let object: Value = serde_json::from_slice(&object).unwrap();
            values.push(object["data"]["key"].as_str().unwrap().to_owned());
            read.push((entry.time, etype, origin));
        }
    }
    let expected: Vec<_> =
        events.iter().map(|(second, etype, origin, _)| (at(*second), *etype, *origin)).collect();
    assert_eq!(read, expected);
    assert!(values.iter().all(|value| !["QUFBQQ==", "QkJCQg=="].contains(&value.as_str())));
    assert!(values[0] == values[2] && values[0] != values[1], "equal hashes for equal values");

    let error = RecordingWriter::create(&path, start, resources).unwrap_err();
    assert!(error.is_already_existing());
}
