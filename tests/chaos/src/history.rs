//! What really happened, read from etcd itself: no API server can lose or reorder it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::RESOURCES;
use crate::etcd::Watch;

/// How often it is tried to reach etcd again.
const RETRY: Duration = Duration::from_millis(50);
const CONNECT_LIMIT: Duration = Duration::from_mins(1);

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
    connected: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Recorded {
    objects: Objects,
    /// The uid of what is at a key now.
    present: HashMap<String, String>,
    last: u64,
    /// The revision of the last change of anything.
    revision: u64,
    failure: Option<String>,
}

impl History {
    /// Begins with what happens from now on in a namespace, in which nothing must be yet.
    pub(crate) async fn begin(etcd: &str, namespace: &str) -> Result<Self, String> {
        let mut reading = Watch::begin(etcd, 0).await?;
        let recorded = Arc::<Mutex<Recorded>>::default();
        let (connection, connected) = watch::channel(true);
        let shared = Arc::clone(&recorded);
        let (etcd, namespace) = (etcd.to_owned(), namespace.to_owned());
        let task = tokio::spawn(async move {
            loop {
                while let Some(line) = reading.line().await {
                    let mut recorded = shared.lock().expect("no panic");
                    if let Err(failure) = recorded.read(&line, &namespace) {
                        recorded.failure.get_or_insert(failure);
                        return;
                    }
                }
                // It was killed, and goes on with what follows.
                connection.send_replace(false);
                let next = shared.lock().expect("no panic").revision + 1;
                reading = loop {
                    match Watch::begin(&etcd, next).await {
                        Ok(again) => break again,
                        Err(_) => sleep(RETRY).await,
                    }
                };
                connection.send_replace(true);
            }
        });
        Ok(Self { recorded, connected, task })
    }

    /// Waits until it reads from etcd, which may have been killed.
    pub(crate) async fn connected(&self) -> Result<(), String> {
        let mut connected = self.connected.clone();
        match timeout(CONNECT_LIMIT, connected.wait_for(|is_connected| *is_connected)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(self.failure().unwrap_or_else(|| "etcd cannot be watched again".to_owned())),
        }
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
        if revision < self.revision {
            return Err(format!("etcd went back from {} to {revision}", self.revision));
        }
        self.revision = revision;
        let mut parts = key.trim_start_matches("/registry/").split('/');
        let resource = parts.next().unwrap_or_default();
        let Some(resource) = RESOURCES.iter().find(|name| **name == resource) else {
            return Ok(());
        };
        if parts.next() != Some(namespace) {
            return Ok(());
        }
        let name = parts.next().ok_or_else(wrong)?.to_owned();
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
