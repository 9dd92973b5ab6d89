//! What the tests share: a server, a client, and a type to watch.

use std::future::Future;
use std::time::Duration;

use embedded_apiserver::{Builder, EmbeddedServer};
use kube_client::{Client, Config};
use serde::Deserialize;
use serde_json::{Value, json};
use watch_runtime::Watcher;
use watch_store::{Change, Store, Subscription, WatcherExt as _};
use watchable_core::metadata::ObjectMeta;
use watchable_core::{ResourceInfo, Scope, Watchable};

/// The limit of every wait: a test that takes longer hangs.
const TEST_TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) const PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

/// A Pod, as far as the tests look at it.
#[derive(Debug, Deserialize, PartialEq, Watchable)]
#[watchable(group = "", version = "v1", plural = "pods", namespaced)]
pub(crate) struct Pod {
    pub(crate) metadata: ObjectMeta,
    pub(crate) spec: Spec,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spec {
    pub(crate) node_name: Option<String>,
}

impl Pod {
    pub(crate) fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or_default()
    }

    pub(crate) fn node(&self) -> Option<String> {
        self.spec.node_name.clone()
    }

    pub(crate) fn version(&self) -> &str {
        self.metadata.resource_version.as_deref().unwrap_or_default()
    }
}

pub(crate) fn builder() -> Builder {
    EmbeddedServer::builder(release_catalogs::catalog("1.37").expect("a release"))
}

pub(crate) async fn server() -> EmbeddedServer {
    builder().start().await.expect("a server starts")
}

pub(crate) fn client(server: &EmbeddedServer) -> Client {
    let config = Config::new(server.url().parse().expect("a URL"));
    Client::try_from(config).expect("a client is created")
}

pub(crate) fn watcher(server: &EmbeddedServer) -> Watcher<Pod> {
    Watcher::new(client(server))
}

/// Returns a store of a server's Pods that is ready.
pub(crate) async fn ready(server: &EmbeddedServer) -> Store<Pod> {
    let store = watcher(server).store();
    soon(async { store.ready().await }).await.expect("it becomes ready");
    store
}

pub(crate) fn pod(name: &str, node: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": "default", "name": name, "labels": {"app": "web", "name": name}},
        "spec": {"nodeName": node, "containers": [{"name": "main", "image": "example"}]},
    })
}

/// Creates a Pod. Returns it as the server has it.
pub(crate) fn create(server: &EmbeddedServer, name: &str, node: &str) -> Value {
    server.store().create(pod(name, node)).expect("it is created")
}

/// Gives a Pod a label. Returns its new version.
pub(crate) fn label(server: &EmbeddedServer, name: &str, key: &str, value: &str) -> String {
    let mut pod = server.store().get(&PODS, Some("default"), name).expect("it exists");
    pod["metadata"]["labels"][key] = value.into();
    version(&server.store().update(pod).expect("it is updated"))
}

pub(crate) fn delete(server: &EmbeddedServer, name: &str) {
    server.store().delete(&PODS, Some("default"), name).expect("it is deleted");
}

pub(crate) fn version(object: &Value) -> String {
    object["metadata"]["resourceVersion"].as_str().expect("a version").to_owned()
}

/// Waits for a future, with a timeout.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(TEST_TIMEOUT, future).await.expect("it hangs")
}

/// Waits until a condition is true, with a timeout.
pub(crate) async fn until(mut condition: impl FnMut() -> bool) {
    soon(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

pub(crate) async fn next(changes: &mut Subscription<Pod>) -> Change<Pod> {
    soon(changes.next()).await.expect("a change")
}

/// Returns a change as a line: `MODIFIED Live default/a`.
pub(crate) fn line(change: &Change<Pod>) -> String {
    format!("{} {:?} {}", change.etype(), change.origin, change.key)
}
