//! What the tests share: recordings that are written line by line, and clients of replays.

use std::fmt::Write as _;
use std::future::Future;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use kube_client::{Client, Config};
use serde_json::{Value, json};
use tempfile::TempDir;
use watch_recording::Recording;
use watch_runtime::{Origin, StreamOptions, WatchEvent, WatchStream, Watcher};
use watchable_core::{DynamicObject, ResourceInfo, Scope};

/// The limit of every wait: a test that takes longer hangs.
const TEST_TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) const PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
pub(crate) const GATEWAYS: ResourceInfo =
    ResourceInfo::new("example.com", "v1", "Gateway", "gateways", Scope::Cluster);

/// A recording that is being written.
pub(crate) struct Script {
    text: String,
    folder: TempDir,
}

pub(crate) fn at(second: i64) -> Timestamp {
    "2026-01-02T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
}

/// An event as a watcher or a recording has it: `MODIFIED web-1 uid-of-web-1 17`.
pub(crate) fn line(etype: &str, object: &Value) -> String {
    let metadata = &object["metadata"];
    let text = |field: &str| metadata[field].as_str().unwrap_or_default().to_owned();
    format!("{etype} {} {} {}", text("name"), text("uid"), text("resourceVersion"))
}

pub(crate) fn pod(name: &str, version: u64) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-of-{name}"),
                     "resourceVersion": version.to_string(),
                     "creationTimestamp": "2026-01-01T23:00:00Z"},
        "spec": {"containers": [{"name": "main", "image": "example"}]},
        "status": {"phase": "Running"},
    })
}

pub(crate) fn gateway(name: &str, version: u64) -> Value {
    json!({
        "apiVersion": "example.com/v1", "kind": "Gateway",
        "metadata": {"name": name, "uid": format!("uid-of-{name}"),
                     "resourceVersion": version.to_string()},
    })
}

impl Script {
    /// Begins with the header, at second 0.
    pub(crate) fn new(release: &str) -> Self {
        let mut script = Self { text: String::new(), folder: tempfile::tempdir().unwrap() };
        script.line(&json!({
            "type": "HEADER", "format": "watchables-recording", "version": "1.0", "time": at(0),
            "release": release,
            "resources": [
                {"source": "pods/v1", "group": "", "version": "v1", "kind": "Pod", "plural": "pods",
                 "scope": "Namespaced"},
                {"source": "gateways.v1.example.com", "group": "example.com", "version": "v1",
                 "kind": "Gateway", "plural": "gateways", "scope": "Cluster"},
            ],
        }));
        script
    }

    fn line(&mut self, line: &Value) {
        writeln!(self.text, "{line}").unwrap();
    }

    pub(crate) fn event(&mut self, second: i64, etype: &str, origin: Origin, object: &Value) {
        let source = source_of(object);
        let origin = origin.as_str();
        self.line(&json!({"type": etype, "time": at(second), "source": source, "origin": origin, "object": object}));
    }

    pub(crate) fn live(&mut self, second: i64, etype: &str, object: &Value) {
        self.event(second, etype, Origin::Live, object);
    }

    pub(crate) fn position(&mut self, second: i64, source: &str, version: u64) {
        let version = version.to_string();
        self.line(&json!({"type": "POSITION", "time": at(second), "source": source, "version": version, "synced": true}));
    }

    /// Two Pods at version 100 in second 1, and a gateway at version 98 in second 2.
    pub(crate) fn first_lists(&mut self) {
        self.event(1, "ADDED", Origin::Initial, &pod("a", 70));
        self.event(1, "ADDED", Origin::Initial, &pod("b", 60));
        self.position(1, "pods/v1", 100);
        self.event(2, "ADDED", Origin::Initial, &gateway("public", 50));
        self.position(2, "gateways.v1.example.com", 98);
    }

    pub(crate) fn write(&self) -> Recording {
        let path = self.folder.path().join("a.jsonl");
        std::fs::write(&path, &self.text).unwrap();
        Recording::open(path).unwrap()
    }
}

fn source_of(object: &Value) -> &'static str {
    if object["kind"] == "Pod" { "pods/v1" } else { "gateways.v1.example.com" }
}

/// A recording of two Pods and what happens to them in the seconds 10, 20, 30 and 40.
pub(crate) fn day() -> Script {
    let mut script = Script::new("1.37");
    script.first_lists();
    script.live(10, "MODIFIED", &pod("a", 105));
    script.live(20, "ADDED", &pod("c", 107));
    script.live(30, "DELETED", &pod("b", 110));
    script.live(40, "MODIFIED", &gateway("public", 108));
    script.position(50, "pods/v1", 120);
    script
}

pub(crate) fn client(server: &EmbeddedServer) -> Client {
    Client::try_from(Config::new(server.url().parse().unwrap())).unwrap()
}

/// A stream of a replay's objects, and what it has delivered.
pub(crate) struct Watched {
    stream: WatchStream<DynamicObject>,
    _watcher: Watcher<DynamicObject>,
}

impl Watched {
    pub(crate) fn new(server: &EmbeddedServer, resource: ResourceInfo) -> Self {
        let watcher = Watcher::for_resource(client(server), resource);
        Self { stream: watcher.stream(StreamOptions::managed()), _watcher: watcher }
    }

    pub(crate) async fn next(&mut self) -> WatchEvent<DynamicObject> {
        soon(self.stream.next()).await.expect("the stream goes on").expect("no error")
    }

    /// Returns the next events as lines.
    pub(crate) async fn lines(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for _ in 0..count {
            let event = self.next().await;
            let object: Value = serde_json::from_str(event.obj.json()).unwrap();
            lines.push(line(event.etype.as_str(), &object));
        }
        lines
    }
}

/// Waits for a future, with a timeout.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(TEST_TIMEOUT, future).await.expect("it hangs")
}

/// Returns the names of a server's objects, sorted, and the version of their list.
pub(crate) async fn list(server: &EmbeddedServer, path: &str) -> (Vec<String>, String) {
    let request = http::Request::get(path).body(Vec::new()).unwrap();
    let list: Value = soon(client(server).request(request)).await.unwrap();
    let items = list["items"].as_array().unwrap().iter();
    let names = items.map(|item| item["metadata"]["name"].as_str().unwrap().to_owned());
    (names.collect(), list["metadata"]["resourceVersion"].as_str().unwrap().to_owned())
}
