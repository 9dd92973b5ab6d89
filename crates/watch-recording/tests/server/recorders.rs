//! What a recorder writes besides events, and what it refuses.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use serde::Deserialize;
use serde_json::json;
use watch_recording::{HistoryEntry, ObjectFilter, Recorder, Recording, Summary};
use watch_runtime::Watcher;
use watchable_core::metadata::ObjectMeta;
use watchable_core::{ByteString, DynamicObject, ResourceInfo, Scope, Watchable};

use super::support::{Running, client, create, lines, server, soon, update, watcher};

const NODES: ResourceInfo = ResourceInfo::new("", "v1", "Node", "nodes", Scope::Cluster);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn header_says_what_is_recorded() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let nodes = Watcher::<DynamicObject>::for_resource(client(&server), NODES);
    let selected = watcher(&server).namespace("default").label_selector("app=web");
    let recorder = Recorder::new(client(&server), &path)
        .watch(nodes)
        .watch_named("web", selected)
        .redact("data.*");
    let opened = soon(recorder.open()).await.unwrap();
    let again = Recorder::new(client(&server), &path).append(true).watch(watcher(&server));
    assert!(soon(again.open()).await.unwrap_err().is_locked());
    soon(opened.run(std::future::ready(()))).await.unwrap();
    let recording = Recording::open(&path).unwrap();
    let header = recording.header();
    let uid = watch_runtime::cluster_uid(&client(&server)).await.unwrap();
    assert!(uid.is_some());
    assert_eq!((&header.cluster, header.release.as_str()), (&uid, release_catalogs::NEWEST));
    assert!(header.redaction.secrets);
    assert_eq!(header.redaction.paths, ["data.*"]);
    let [nodes, web] = header.resources.as_slice() else { panic!("{header:?}") };
    assert_eq!((&nodes.resource, nodes.source.as_str()), (&NODES, "nodes/v1"));
    assert_eq!(web.source, "web");
    assert_eq!(web.namespace.as_deref(), Some("default"));
    assert_eq!(web.label_selector.as_deref(), Some("app=web"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_settings_are_named() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let new = || Recorder::new(client(&server), &path);
    for (recorder, reason) in [
        (new(), "nothing is to be recorded"),
        (new().watch(watcher(&server)).watch(watcher(&server)), "have the name \"configmaps/v1\""),
        (new().watch(watcher(&server)).redact("metadata.name"), "\"metadata.name\""),
        (Recorder::new(client(&server), "/").watch(watcher(&server)), "is no name of a file"),
        (Recorder::new(client(&server), path.join("new/")).watch(watcher(&server)), "is a folder"),
        (Recorder::new(client(&server), folder.path()).watch(watcher(&server)), "is a folder"),
    ] {
        let error = soon(recorder.open()).await.unwrap_err();
        assert!(error.is_invalid_setting() && error.to_string().contains(reason), "{error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failure_of_a_watcher_ends_the_recording_with_what_was_received() {
    let server: EmbeddedServer = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    create(&server, "a", "1");
    let unknown = ResourceInfo::new("", "v1", "Thing", "things", Scope::Namespaced);
    let unknown = Watcher::<DynamicObject>::for_resource(client(&server), unknown);
    let recorder = Recorder::new(client(&server), &path).watch(watcher(&server)).watch(unknown);
    let error = soon(recorder.run(std::future::pending())).await.unwrap_err();
    assert!(error.watch_error().is_some_and(watch_runtime::WatchError::is_not_found), "{error}");
    assert!(Recording::open(&path).unwrap().entries().all(|entry| entry.is_ok()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recording_can_be_read_while_it_is_written() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.zst");
    let recorder = Running::start(&server, &path);
    for value in ["1", "2", "3"] {
        create(&server, &format!("object-{value}"), value);
        recorder.recorded(value).await;
    }
    recorder.stop().await;
    assert_eq!(Recording::open(&path).unwrap().state_at(jiff::Timestamp::MAX).unwrap().len(), 3);
}

/// More than is sent to the thread that writes at once.
const MANY: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_events_at_once_are_recorded_in_order() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let name = |number| format!("object-{number:03}");
    (0..MANY).for_each(|number| create(&server, &name(number), "1"));
    let recorder = Running::start(&server, &path);
    let last = MANY - 1;
    soon(async {
        while lines(&path).len() < MANY {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    (0..MANY).rev().for_each(|number| update(&server, &name(number), "2"));
    update(&server, &name(last), "3");
    recorder.recorded("3").await;
    let summary = recorder.stop().await;
    assert_eq!((summary.events, summary.objects), (2 * MANY as u64 + 1, MANY as u64));
    let listed = (0..MANY).map(|number| format!("ADDED Initial {}=1", name(number)));
    let watched = (0..MANY).rev().map(|number| format!("MODIFIED Live {}=2", name(number)));
    let end = std::iter::once(format!("MODIFIED Live {}=3", name(last)));
    assert_eq!(lines(&path), listed.chain(watched).chain(end).collect::<Vec<_>>());
}

const SECRETS: ResourceInfo = ResourceInfo::new("", "v1", "Secret", "secrets", Scope::Namespaced);

#[derive(Debug, Deserialize, Watchable)]
#[watchable(group = "", version = "v1", plural = "secrets", namespaced)]
struct Secret {
    metadata: ObjectMeta,
    #[serde(default)]
    data: BTreeMap<String, ByteString>,
}

/// Records the Secrets, until there are this many events in the file.
async fn record_secrets(server: &EmbeddedServer, path: &Path, events: usize) -> Summary {
    let secrets = Watcher::<DynamicObject>::for_resource(client(server), SECRETS);
    let recorder = Recorder::new(client(server), path).append(true).watch(secrets);
    let recorder = recorder.redact("metadata.labels.token").redact("spec.none");
    let recorded = async {
        let count = || Recording::open(path).map_or(0, |it| it.events::<Secret>().count());
        while count() < events {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(recorder.run(recorded)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hashes_agree_after_the_recorder_was_started_again() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.zst");
    let secret = |label: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "data": {"password": "aHVudGVyMg=="},
            "metadata": {"namespace": "default", "name": "db", "labels": {"x": label, "token": "t"}}})
    };
    server.store().create(secret("1")).unwrap();
    let summary = record_secrets(&server, &path, 1).await;
    assert_eq!(summary.unmatched, ["spec.none"]);
    server.store().update(secret("2")).unwrap();
    record_secrets(&server, &path, 2).await;

    let recording = Recording::open(&path).unwrap();
    // They decode into the type, although their values are replaced.
    let secrets: Vec<_> = recording.events::<Secret>().map(|event| event.unwrap().obj).collect();
    let [before, after] = secrets.as_slice() else { panic!("{secrets:?}") };
    assert_ne!(before.metadata.resource_version, after.metadata.resource_version);
    assert!(before.data["password"].0.starts_with(b"<redacted "), "{before:?}");
    assert_eq!(before.data, after.data);
    assert_eq!(before.metadata.labels["token"], after.metadata.labels["token"]);
    let history = recording.history(ObjectFilter::new().name("db"), None).unwrap();
    assert_eq!(history.filter(|it| matches!(it, Ok(HistoryEntry::Change(_)))).count(), 2);
    let raw = text_of_state(&path);
    assert!(!raw.contains("aHVudGVyMg=="));
}

fn text_of_state(path: &Path) -> String {
    let recording = Recording::open(path).unwrap();
    let state = recording.state_at(jiff::Timestamp::MAX).unwrap();
    state.objects().map(|it| String::from_utf8_lossy(it.object).into_owned()).collect()
}
