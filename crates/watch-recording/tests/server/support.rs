//! What the tests share: a server, a client, and recorders that run in the background.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use kube_client::{Client, Config};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use watch_recording::{Entry, EntryKind, Recorder, Recording, RecordingError, Summary};
use watch_runtime::Watcher;
use watchable_core::{DynamicObject, ResourceInfo, Scope};

/// The limit of every wait: a test that takes longer hangs.
const TEST_TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) const CONFIG_MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);

pub(crate) async fn server() -> EmbeddedServer {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).expect("a release");
    EmbeddedServer::builder(catalog).start().await.expect("a server starts")
}

pub(crate) fn client(server: &EmbeddedServer) -> Client {
    let config = Config::new(server.url().parse().expect("a URL"));
    Client::try_from(config).expect("a client is created")
}

pub(crate) fn watcher(server: &EmbeddedServer) -> Watcher<DynamicObject> {
    Watcher::for_resource(client(server), CONFIG_MAPS)
}

/// A recorder that appends to a file, until it is stopped.
pub(crate) struct Running {
    path: PathBuf,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<Summary, RecordingError>>,
}

impl Running {
    pub(crate) fn start(server: &EmbeddedServer, path: &Path) -> Self {
        let recorder = Recorder::new(client(server), path).append(true).watch(watcher(server));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(recorder.run(async {
            let _ = stopped.await;
        }));
        Self { path: path.to_owned(), stop, task }
    }

    /// Waits until an object is recorded with this value; without a value, a deletion in a gap.
    pub(crate) async fn recorded(&self, value: &str) {
        let line = format!("={value}");
        soon(async {
            while !lines(&self.path).iter().any(|found| found.ends_with(&line)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }

    pub(crate) async fn stop(self) -> Summary {
        self.stop.send(()).expect("it runs");
        soon(self.task).await.expect("no panic").expect("it ends well")
    }
}

pub(crate) fn object(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"value": value},
        "metadata": {"namespace": "default", "name": name}})
}

pub(crate) fn create(server: &EmbeddedServer, name: &str, value: &str) {
    server.store().create(object(name, value)).expect("it is created");
}

pub(crate) fn update(server: &EmbeddedServer, name: &str, value: &str) {
    server.store().update(object(name, value)).expect("it is updated");
}

pub(crate) fn delete(server: &EmbeddedServer, name: &str) {
    server.store().delete(&CONFIG_MAPS, Some("default"), name).expect("it is deleted");
}

/// Returns what a recording says, a line each: `ADDED Live a=1`, `GAP`. None if it does not exist.
pub(crate) fn lines(path: &Path) -> Vec<String> {
    let Ok(recording) = Recording::open(path) else { return Vec::new() };
    recording.entries().filter_map(|entry| line(&entry.expect("no damage"))).collect()
}

fn line(entry: &Entry) -> Option<String> {
    match &entry.what {
        EntryKind::Event { etype, origin, object } => {
            let object: Value = serde_json::from_slice(object).expect("JSON");
            let name = object["metadata"]["name"].as_str().expect("a name");
            let value = object["data"]["value"].as_str().unwrap_or_default();
            Some(format!("{etype} {origin:?} {name}={value}"))
        }
        EntryKind::Gap { from, to } => {
            assert!(from <= to);
            Some("GAP".to_owned())
        }
        _ => None,
    }
}

/// Waits for a future, with a timeout.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(TEST_TIMEOUT, future).await.expect("it hangs")
}
