//! The events of a recording, decoded for the user's code.

use futures::TryStreamExt as _;
use serde::Deserialize;
use std::collections::BTreeMap;
use watch_recording::{HistoryEntry, ObjectFilter, Recording};
use watch_runtime::WatchEvent;
use watchable_core::metadata::ObjectMeta;
use watchable_core::{DynamicObject, Watchable};

use super::support::{CONFIG_MAPS, Running, create, delete, server, update};

/// A `ConfigMap`. Its data is required, so that it does not decode from what is known of a deletion in a gap.
#[derive(Debug, Deserialize, Watchable)]
#[watchable(group = "", version = "v1", plural = "configmaps", namespaced)]
struct ConfigMap {
    metadata: ObjectMeta,
    data: BTreeMap<String, String>,
}

fn line(event: &WatchEvent<ConfigMap>) -> String {
    let WatchEvent { etype, origin, source, obj } = event;
    let name = obj.metadata.name.as_deref().unwrap_or_default();
    format!("{etype} {origin:?} {source} {name}={}", obj.data["value"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_decoded_as_those_of_a_watcher() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.zst");
    create(&server, "a", "1");
    let recorder = Running::start(&server, &path);
    recorder.recorded("1").await;
    update(&server, "a", "2");
    recorder.recorded("2").await;
    recorder.stop().await;
    delete(&server, "a");
    server.store().compact();
    let recorder = Running::start(&server, &path);
    recorder.recorded("").await;
    create(&server, "b", "3");
    recorder.recorded("3").await;
    recorder.stop().await;

    let recording = Recording::open(&path).unwrap();
    let events: Vec<_> = recording.events::<ConfigMap>().try_collect().await.unwrap();
    let lines: Vec<_> = events.iter().map(line).collect();
    let expected = [
        "ADDED Initial configmaps/v1 a=1",
        "MODIFIED Live configmaps/v1 a=2",
        "DELETED Repair configmaps/v1 a=2",
    ];
    assert_eq!(lines[..3], expected);
    assert!(lines[3].ends_with(" configmaps/v1 b=3"), "{lines:?}");
    let dynamic: Vec<_> =
        Iterator::collect(recording.events_of::<DynamicObject>(CONFIG_MAPS).map(Result::unwrap));
    assert_eq!(dynamic.len(), 4);
    assert_eq!(dynamic[0].obj.kind(), Some("ConfigMap"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_has_each_change_with_the_object_before_and_after() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    create(&server, "a", "1");
    create(&server, "other", "1");
    let recorder = Running::start(&server, &path);
    recorder.recorded("1").await;
    update(&server, "a", "2");
    recorder.recorded("2").await;
    delete(&server, "a");
    create(&server, "b", "3");
    recorder.recorded("3").await;
    recorder.stop().await;

    let recording = Recording::open(&path).unwrap();
    let filter = ObjectFilter::new().resource(CONFIG_MAPS).namespace("default").name("a");
    let changes = |since| {
        let history = recording.history(filter.clone(), since).unwrap();
        let changes = history.map(|entry| match entry.unwrap() {
            HistoryEntry::Change(change) => change,
            other => panic!("{other:?}"),
        });
        changes.collect::<Vec<_>>()
    };
    let value = |object: &Option<bytes::Bytes>| {
        let object: serde_json::Value = serde_json::from_slice(object.as_ref()?).unwrap();
        Some(object["data"]["value"].as_str()?.to_owned())
    };
    let values = |since| -> Vec<_> {
        changes(since).iter().map(|change| (value(&change.before), value(&change.after))).collect()
    };
    let text = |value: &str| Some(value.to_owned());
    let all = [(None, text("1")), (text("1"), text("2")), (text("2"), None)];
    assert_eq!(values(None), all);
    assert_eq!(values(Some(changes(None)[1].time)), all[1..]);
}
