//! Stores, decoded and compact: what they hold, find and tell is what the server has.

mod sources;
mod subscribers;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use watchables::rel_1_20::v1::ConfigMap;
use watchables::{Change, InitialList, Store, Subscription, Watcher, WatcherExt as _};

use crate::api::text;
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};

pub(super) use self::sources::{projected, two_namespaces};
pub(super) use self::subscribers::slow_and_coalesced;

/// Longer than a server needs for anything here.
const SOON: Duration = Duration::from_secs(30);

pub(super) async fn state(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    for (name, app, node) in [("a", "web", "n1"), ("b", "web", "n2"), ("c", "db", "n1")] {
        let object = json!({
            "metadata": {"name": name, "labels": {"app": app}},
            "data": {"node": node},
        });
        cluster.api.create(&path, &object).await.map_err(failed)?;
    }
    let watcher = || {
        let watcher = Watcher::<ConfigMap>::new(cluster.client()).namespace(&namespace);
        // Servers of 1.18 and older take 10 s to tell that they do not stream lists.
        watcher.initial_list(InitialList::Paged)
    };
    let compact = watcher().store_builder().compact().build();
    for (number, store) in [watcher().store(), compact].iter().enumerate() {
        follow(cluster, &namespace, &format!("{path}/a"), store, number).await?;
    }
    let store = watcher().store();
    store.ready().within(SOON).await.map_err(failed)?;
    let mut changes = store.subscribe_to((&*namespace, "a"));
    next(&mut changes).await?;
    cluster.api.delete(&format!("{path}/a")).await.map_err(failed)?;
    let change = next(&mut changes).await?;
    let last = change.before.as_ref().and_then(|map| map.data.get("node"));
    if change.after.is_some() || last.is_none_or(|node| node != "moved-1") {
        return Err(format!("{change:?} is no deletion of what was there").into());
    }
    store.wait_until((&*namespace, "a"), |map| map.is_none()).within(SOON).await.map_err(failed)?;
    Ok("decoded and compact".to_owned())
}

/// Reads a store, changes an object, and reads what was written.
async fn follow(
    cluster: &Cluster,
    namespace: &str,
    path: &str,
    store: &Store<ConfigMap>,
    number: usize,
) -> Result<(), NotPassed> {
    store.ready().within(SOON).await.map_err(failed)?;
    let by_node = store.index(|map: &ConfigMap| map.data.get("node").cloned());
    same(&store.select("app=web").map_err(failed)?, &["a", "b"])?;
    same(&store.select("app!=web,app").map_err(failed)?, &["c"])?;
    let node = store.get(namespace, "a").and_then(|map| map.data.get("node").cloned());
    let node = node.ok_or("the object is not in the store")?;

    let mut changes = store.subscribe_to((namespace, "a"));
    next(&mut changes).await?;
    let moved = format!("moved-{number}");
    let patch = json!({"data": {"node": moved}});
    let written: Value = cluster.api.patch(path, &patch).await.map_err(failed)?;
    let version = text(&written, "/metadata/resourceVersion");
    store.wait_for_version(version).within(SOON).await.map_err(failed)?;
    same(&by_node.get(&*moved), &["a"])?;
    if by_node.get(&*node).iter().any(|map| map.metadata.name.as_deref() == Some("a")) {
        return Err(format!("the index still has the object at {node}").into());
    }
    let diff = next(&mut changes).await?.diff().map_err(failed)?.to_string();
    let expected = format!("data.node: {node} → {moved}");
    if !diff.lines().any(|line| line == expected) {
        return Err(format!("the difference is\n{diff}, without {expected}").into());
    }
    Ok(())
}

async fn next<V: Send + Sync>(changes: &mut Subscription<V>) -> Result<Change<V>, NotPassed> {
    let change = tokio::time::timeout(SOON, changes.next()).await.map_err(failed)?;
    Ok(change.ok_or("the store ended")?)
}

/// Returns what the next changes tell: `MODIFIED Live a`, without the namespace.
async fn lines<V: Send + Sync>(
    changes: &mut Subscription<V>,
    count: usize,
) -> Result<Vec<String>, NotPassed> {
    let mut lines = Vec::new();
    while lines.len() < count {
        lines.push(line(&next(changes).await?));
    }
    Ok(lines)
}

fn line<V>(change: &Change<V>) -> String {
    format!("{} {:?} {}", change.etype(), change.origin, change.key.name())
}

/// Fails unless what is found is what is expected.
#[allow(clippy::needless_pass_by_value, reason = "where it is called, values need no names")]
fn equal<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    what: &str,
    found: T,
    expected: U,
) -> Result<(), NotPassed> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: found {found:?}, not {expected:?}").into())
}

/// A label of all objects of these tests: a cluster may add some of its own to a namespace.
const LABEL: &str = "watchables-e2e/of=store";

/// Returns a watcher of what a test has created in a namespace.
fn watcher(cluster: &Cluster, namespace: &str) -> Watcher<ConfigMap> {
    let watcher = Watcher::<ConfigMap>::new(cluster.client()).namespace(namespace);
    // Servers of 1.18 and older take 10 s to tell that they do not stream lists.
    watcher.label_selector(LABEL).initial_list(InitialList::Paged)
}

/// The objects of a namespace, which the test writes.
struct Maps<'a> {
    cluster: &'a Cluster,
    namespace: String,
}

impl<'a> Maps<'a> {
    async fn new(cluster: &'a Cluster) -> Result<Self, NotPassed> {
        Ok(Self { cluster, namespace: cluster.create_namespace().await? })
    }

    fn path(&self) -> String {
        format!("/api/v1/namespaces/{}/configmaps", self.namespace)
    }

    /// Each of these returns the resource version that was written.
    async fn create(&self, name: &str, node: &str) -> Result<String, NotPassed> {
        let labels = json!({"watchables-e2e/of": "store", "app": name});
        let object = json!({"metadata": {"name": name, "labels": labels}, "data": {"node": node}});
        let created = self.cluster.api.create(&self.path(), &object).await.map_err(failed)?;
        Ok(text(&created, "/metadata/resourceVersion"))
    }

    async fn place(&self, name: &str, node: &str) -> Result<String, NotPassed> {
        let (path, patch) = (format!("{}/{name}", self.path()), json!({"data": {"node": node}}));
        let written = self.cluster.api.patch(&path, &patch).await.map_err(failed)?;
        Ok(text(&written, "/metadata/resourceVersion"))
    }

    async fn delete(&self, name: &str) -> Result<(), NotPassed> {
        let path = format!("{}/{name}", self.path());
        self.cluster.api.delete(&path).await.map_err(failed)?;
        Ok(())
    }
}

/// Returns the node that an object is on.
fn node(map: &ConfigMap) -> &str {
    map.data.get("node").map_or("", |node| node)
}

fn same(found: &[Arc<ConfigMap>], expected: &[&str]) -> Result<(), NotPassed> {
    let mut names: Vec<_> =
        found.iter().map(|map| map.metadata.name.as_deref().unwrap_or_default()).collect();
    names.sort_unstable();
    if names != expected {
        return Err(format!("found {names:?}, not {expected:?}").into());
    }
    Ok(())
}
