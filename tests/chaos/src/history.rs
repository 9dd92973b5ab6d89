//! What really happened, read from etcd itself: no API server can lose or reorder it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::RESOURCES;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Created,
    Modified,
    Deleted,
}

/// A transition of an object.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) revision: u64,
    pub(crate) kind: Kind,
    /// When it was read, soon after it happened.
    pub(crate) at: Timestamp,
    /// What the writer wrote: a number of its own for each change.
    pub(crate) number: Option<u64>,
}

/// An object from its creation to its deletion.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) resource: &'static str,
    pub(crate) name: String,
    pub(crate) changes: Vec<Change>,
}

/// All objects by uid.
pub(crate) type Objects = BTreeMap<String, Object>;

/// Reads along.
pub(crate) struct History {
    recorded: Arc<Mutex<Recorded>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Recorded {
    objects: Objects,
    /// The uid of what is at a key now.
    present: HashMap<String, String>,
    last: u64,
    failure: Option<String>,
}

impl History {
    /// Begins with what happens from now on in a namespace, in which nothing must be yet.
    pub(crate) async fn begin(etcd: &str, namespace: &str) -> Result<Self, String> {
        let all = json!({"create_request": {
            "key": STANDARD.encode("/registry/"), "range_end": STANDARD.encode("/registry0"),
        }});
        let failed = |error: reqwest::Error| format!("etcd's watch: {error}");
        let response = reqwest::Client::new().post(format!("{etcd}/v3/watch")).json(&all).send();
        let mut response =
            response.await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
        // It says that the watch has begun.
        let mut unread = response.chunk().await.map_err(failed)?.unwrap_or_default().to_vec();
        let recorded = Arc::<Mutex<Recorded>>::default();
        let (shared, namespace) = (Arc::clone(&recorded), namespace.to_owned());
        let task = tokio::spawn(async move {
            loop {
                while let Some(end) = unread.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = unread.drain(..=end).collect();
                    let mut recorded = shared.lock().expect("no panic");
                    if let Err(failure) = recorded.read(&line, &namespace) {
                        recorded.failure.get_or_insert(failure);
                    }
                }
                let failure = match response.chunk().await {
                    Ok(Some(chunk)) => {
                        unread.extend_from_slice(&chunk);
                        continue;
                    }
                    Ok(None) => "etcd's watch has ended".to_owned(),
                    Err(error) => failed(error),
                };
                shared.lock().expect("no panic").failure.get_or_insert(failure);
                return;
            }
        });
        Ok(Self { recorded, task })
    }

    /// Returns all objects as they are now.
    pub(crate) fn objects(&self) -> Objects {
        self.lock().objects.clone()
    }

    /// Returns what has gone wrong: then there is no telling what happened.
    pub(crate) fn failure(&self) -> Option<String> {
        self.lock().failure.clone()
    }

    /// Returns the objects that exist: resource and name, uid and version.
    pub(crate) fn present(&self) -> BTreeMap<(String, String), (String, u64)> {
        present(&self.lock().objects)
    }

    /// Returns the version of the last change.
    pub(crate) fn version(&self) -> u64 {
        self.lock().last
    }

    pub(crate) fn changes(&self) -> usize {
        self.lock().objects.values().map(|object| object.changes.len()).sum()
    }

    fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.recorded.lock().expect("no panic")
    }
}

impl Drop for History {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Returns the objects that exist in the end: resource and name, uid and version.
pub(crate) fn present(objects: &Objects) -> BTreeMap<(String, String), (String, u64)> {
    let last = objects.iter().filter_map(|(uid, object)| {
        let last = object.changes.last().filter(|last| last.kind != Kind::Deleted)?;
        let key = (object.resource.to_owned(), object.name.clone());
        Some((key, (uid.clone(), last.revision)))
    });
    last.collect()
}

impl Recorded {
    fn read(&mut self, line: &[u8], namespace: &str) -> Result<(), String> {
        let line: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let result = &line["result"];
        if result["canceled"] == true || result.is_null() {
            return Err(format!("etcd's watch was cancelled: {line}"));
        }
        for event in result["events"].as_array().into_iter().flatten() {
            self.add(event, namespace)?;
        }
        Ok(())
    }

    fn add(&mut self, event: &Value, namespace: &str) -> Result<(), String> {
        let wrong = || format!("not an event of etcd: {event}");
        let kv = &event["kv"];
        let decoded = |field: &str| STANDARD.decode(kv[field].as_str().unwrap_or_default()).ok();
        let number = |field: &str| kv[field].as_str().and_then(|text| text.parse::<u64>().ok());
        let key = decoded("key").and_then(|key| String::from_utf8(key).ok()).ok_or_else(wrong)?;
        let revision = number("mod_revision").ok_or_else(wrong)?;
        let mut parts = key.trim_start_matches("/registry/").split('/');
        let resource = parts.next().unwrap_or_default();
        let Some(resource) = RESOURCES.iter().find(|name| **name == resource) else {
            return Ok(());
        };
        if parts.next() != Some(namespace) {
            return Ok(());
        }
        let name = parts.next().ok_or_else(wrong)?.to_owned();
        if revision < self.last {
            return Err(format!("etcd's watch went back from {} to {revision}", self.last));
        }
        self.last = revision;
        let at = Timestamp::now();
        if event["type"] == "DELETE" {
            let uid = self.present.remove(&key).ok_or_else(wrong)?;
            let object = self.objects.get_mut(&uid).ok_or_else(wrong)?;
            let number = object.changes.last().and_then(|change| change.number);
            object.changes.push(Change { revision, kind: Kind::Deleted, at, number });
            return Ok(());
        }
        let value = decoded("value").unwrap_or_default();
        let value: Value = serde_json::from_slice(&value)
            .map_err(|error| format!("{key} is not stored as JSON: {error}"))?;
        let metadata = &value["metadata"];
        let uid = metadata["uid"].as_str().ok_or_else(wrong)?.to_owned();
        let is_new = number("create_revision") == Some(revision);
        let kind = if is_new { Kind::Created } else { Kind::Modified };
        let number = crate::stored::number(&value);
        self.present.insert(key, uid.clone());
        let object = self.objects.entry(uid).or_insert_with(|| Object {
            resource,
            name,
            changes: Vec::new(),
        });
        object.changes.push(Change { revision, kind, at, number });
        Ok(())
    }
}
