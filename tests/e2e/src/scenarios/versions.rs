//! The table of `manage_resource_version` and `resource_version`, cell by cell.

use std::time::Duration;

use serde_json::json;
use watchables::{Phase, StreamOptions};

use super::models::{Models, rest, same, silent, told};
use crate::api::text;
use crate::cluster::Cluster;
use crate::report::{Not, Outcome, failed};

const SECOND: Duration = Duration::from_secs(1);

async fn create(cluster: &Cluster, namespace: &str, name: &str) -> Result<String, Not> {
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let made = cluster.api.create(&path, &json!({"metadata": {"name": name}})).await;
    Ok(text(&made.map_err(failed)?, "/metadata/resourceVersion"))
}

pub(super) async fn unmanaged<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.namespace().await?;
    let version = create(cluster, &namespace, "a").await?;
    create(cluster, &namespace, "b").await?;
    let watcher = M::config_maps(cluster.client()).namespace(&namespace).resource_version(version);
    let mut stream = watcher.stream(StreamOptions::unmanaged());
    // Each restart begins at the version again.
    same(&told(&mut stream, 3).await?, &["ADDED b", "ADDED b", "ADDED b"])?;
    Ok(String::new())
}

pub(super) async fn gone<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.namespace().await?;
    let path = format!("/api/v1/namespaces/{namespace}/events");
    let mut versions = Vec::new();
    // etcd keeps the newest revision when it forgets those before: the second must be older.
    for name in ["a", "b", "c"] {
        let event = json!({
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": {"kind": "Pod", "name": "x", "namespace": namespace},
        });
        let made = cluster.api.create(&path, &event).await.map_err(failed)?;
        versions.push(text(&made, "/metadata/resourceVersion"));
    }
    cluster.compact().await?;
    let watcher = M::events(cluster.client()).namespace(&namespace).resource_version(&versions[0]);
    match told(&mut watcher.stream(StreamOptions::unmanaged()), 1).await {
        Err(Not::Failed(why)) if why.contains("410") || why.contains("too old") => Ok(why),
        other => Err(format!("an error of 410 was expected, not {other:?}").into()),
    }
}

pub(super) async fn managed<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.namespace().await?;
    create(cluster, &namespace, "a").await?;
    // Restarts every second tell nothing twice.
    let watcher = M::config_maps(cluster.client()).namespace(&namespace).timeout(SECOND);
    let mut stream = watcher.stream(StreamOptions::managed());
    told(&mut stream, 1).await?;
    silent(&mut stream, 3 * SECOND).await?;
    create(cluster, &namespace, "b").await?;
    same(&told(&mut stream, 1).await?, &["ADDED b"])?;
    silent(&mut stream, 2 * SECOND).await?;
    let restarts = watcher.status().borrow().restarts;
    if restarts < 2 {
        return Err(format!("{restarts} restarts in 5 s").into());
    }
    Ok(format!("{restarts} restarts"))
}

pub(super) async fn managed_from<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.namespace().await?;
    let version = create(cluster, &namespace, "a").await?;
    create(cluster, &namespace, "b").await?;
    let watcher = M::config_maps(cluster.client())
        .namespace(&namespace)
        .timeout(SECOND)
        .resource_version(version);
    let options = StreamOptions::managed().quit_on_timeout(true);
    same(&rest(&mut watcher.stream(options)).await?, &["ADDED b"])?;
    let newest = create(cluster, &namespace, "c").await?;
    // The next stream goes on from there.
    same(&rest(&mut watcher.stream(options)).await?, &["ADDED c"])?;
    let reached = watcher.current_resource_version().unwrap_or_default();
    if reached.len() < newest.len() || reached < newest {
        return Err(format!("it has reached {newest} and says {reached}").into());
    }
    Ok(String::new())
}

pub(super) async fn status<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.namespace().await?;
    for name in ["a", "b", "c"] {
        create(cluster, &namespace, name).await?;
    }
    let watcher = M::config_maps(cluster.client()).namespace(&namespace).page_size(2);
    let mut status = watcher.status();
    let mut stream = watcher.stream(StreamOptions::managed());
    let events = async {
        told(&mut stream, 3).await?;
        silent(&mut stream, 2 * SECOND).await
    };
    let live = async {
        let live = status.wait_for(|status| status.phase == Phase::Live).await;
        live.map(|status| status.events).map_err(failed)
    };
    let (events, live) = tokio::join!(events, live);
    events?;
    if live? < 3 {
        return Err("it was live before the state was complete".into());
    }
    Ok(String::new())
}
