//! One test for each combination of `manage_resource_version` and `resource_version`.

use std::time::Duration;

use serde_json::json;
use watchables::{Phase, StreamOptions};

use super::models::{Models, next_events, rest, same, stays_idle};
use crate::api::text;
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};

const SECOND: Duration = Duration::from_secs(1);

async fn create(cluster: &Cluster, namespace: &str, name: &str) -> Result<String, NotPassed> {
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let created = cluster.api.create(&path, &json!({"metadata": {"name": name}})).await;
    Ok(text(&created.map_err(failed)?, "/metadata/resourceVersion"))
}

pub(super) async fn unmanaged<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    let version = create(cluster, &namespace, "a").await?;
    create(cluster, &namespace, "b").await?;
    let watcher = M::config_maps(cluster.client()).namespace(&namespace).resource_version(version);
    let mut stream = watcher.stream(StreamOptions::unmanaged());
    // Each restart starts from the same version.
    same(&next_events(&mut stream, 3).await?, &["ADDED b", "ADDED b", "ADDED b"])?;
    Ok(String::new())
}

pub(super) async fn expired<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    let path = format!("/api/v1/namespaces/{namespace}/events");
    let mut versions = Vec::new();
    // Compaction keeps the newest revision: the second event's must be older than that.
    for name in ["a", "b", "c"] {
        let event = json!({
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": {"kind": "Pod", "name": "x", "namespace": namespace},
        });
        let created = cluster.api.create(&path, &event).await.map_err(failed)?;
        versions.push(text(&created, "/metadata/resourceVersion"));
    }
    cluster.compact().await?;
    let watcher = M::events(cluster.client()).namespace(&namespace).resource_version(&versions[0]);
    match next_events(&mut watcher.stream(StreamOptions::unmanaged()), 1).await {
        Err(NotPassed::Failed(why)) if why.contains("410") || why.contains("too old") => Ok(why),
        other => Err(format!("expected an error with code 410, got {other:?}").into()),
    }
}

pub(super) async fn managed<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    create(cluster, &namespace, "a").await?;
    // The watch restarts every second without repeating events.
    let watcher = M::config_maps(cluster.client()).namespace(&namespace).timeout(SECOND);
    let mut stream = watcher.stream(StreamOptions::managed());
    next_events(&mut stream, 1).await?;
    stays_idle(&mut stream, 3 * SECOND).await?;
    create(cluster, &namespace, "b").await?;
    same(&next_events(&mut stream, 1).await?, &["ADDED b"])?;
    stays_idle(&mut stream, 2 * SECOND).await?;
    let restarts = watcher.status().borrow().restarts;
    if restarts < 2 {
        return Err(format!("{restarts} restarts in 5 s").into());
    }
    Ok(format!("{restarts} restarts"))
}

pub(super) async fn managed_from<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    let version = create(cluster, &namespace, "a").await?;
    create(cluster, &namespace, "b").await?;
    let watcher = M::config_maps(cluster.client())
        .namespace(&namespace)
        .timeout(SECOND)
        .resource_version(version);
    let options = StreamOptions::managed().quit_on_timeout(true);
    same(&rest(&mut watcher.stream(options)).await?, &["ADDED b"])?;
    let newest = create(cluster, &namespace, "c").await?;
    // The next stream resumes from there.
    same(&rest(&mut watcher.stream(options)).await?, &["ADDED c"])?;
    let current = watcher.current_resource_version().unwrap_or_default();
    if current.len() < newest.len() || current < newest {
        return Err(format!("current_resource_version is {current}, expected {newest}").into());
    }
    Ok(String::new())
}

pub(super) async fn status<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    for name in ["a", "b", "c"] {
        create(cluster, &namespace, name).await?;
    }
    let watcher = M::config_maps(cluster.client()).namespace(&namespace).page_size(2);
    let mut status = watcher.status();
    let mut stream = watcher.stream(StreamOptions::managed());
    let events = async {
        next_events(&mut stream, 3).await?;
        stays_idle(&mut stream, 2 * SECOND).await
    };
    let live = async {
        let live = status.wait_for(|status| status.phase == Phase::Live).await;
        live.map(|status| status.events).map_err(failed)
    };
    let (events, live) = tokio::join!(events, live);
    events?;
    if live? < 3 {
        return Err("the phase was Live before the initial list was complete".into());
    }
    Ok(String::new())
}
