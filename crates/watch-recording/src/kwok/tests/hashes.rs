//! The hashes that stand for the values of imported Secrets, and their key.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use kube_client::{Client, Config};
use serde_json::{Value, json};
use watch_runtime::Watcher;
use watchable_core::secrets::{Field, redacted};
use watchable_core::{DynamicObject, ResourceInfo, Scope};

use super::imported;
use crate::kwok::ImportOptions;
use crate::{HistoryEntry, ObjectFilter, Recorder, Recording, key_file};

const SECRET: &str = r#"{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "default"},
    "data": {"password": "aHVudGVyMg=="}}"#;

/// The passwords that a recording has of `db`, in order.
fn passwords(recording: &Recording) -> Vec<Value> {
    let history = recording.history(ObjectFilter::new().name("db"), None).unwrap();
    let objects = history.filter_map(|entry| match entry.unwrap() {
        HistoryEntry::Change(change) => change.after,
        HistoryEntry::Gap { .. } => None,
    });
    let password = |object: bytes::Bytes| {
        serde_json::from_slice::<Value>(&object).unwrap()["data"]["password"].clone()
    };
    objects.map(password).collect()
}

#[test]
fn hashes_are_those_of_the_key_in_the_header() {
    let (_folder, path, imported) = imported(SECRET, ImportOptions::default());
    imported.unwrap();
    let recording = Recording::open(&path).unwrap();
    let key = key_file::load(&path).unwrap().expect("a file of the key");
    assert_eq!(recording.header().redaction.key, Some(key.fingerprint()));
    let hash = key.hash("password", &json!("aHVudGVyMg==").to_string());
    assert_eq!(passwords(&recording), [redacted(hash, Field::Data)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn value_that_is_recorded_after_the_import_has_the_same_hash() {
    let (_folder, path, imported) = imported(SECRET, ImportOptions::default());
    imported.unwrap();
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
    let server = EmbeddedServer::builder(catalog).start().await.unwrap();
    server.store().create(serde_json::from_str(SECRET).unwrap()).unwrap();
    let client = Client::try_from(Config::new(server.url().parse().unwrap())).unwrap();
    let secrets = ResourceInfo::new("", "v1", "Secret", "secrets", Scope::Namespaced);
    let watcher = Watcher::<DynamicObject>::for_resource(client.clone(), secrets);
    let recorder = Recorder::new(client, &path).append(true).watch(watcher);
    let recorded = async {
        while passwords(&Recording::open(&path).unwrap()).len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let recording = tokio::time::timeout(Duration::from_mins(1), recorder.run(recorded));
    recording.await.expect("it is recorded").unwrap();
    let passwords = passwords(&Recording::open(&path).unwrap());
    assert_eq!(passwords.len(), 2);
    assert_eq!(passwords[0], passwords[1]);
}
