//! A custom resource: creates its definition and watches it with a derived type.

use std::time::Duration;

use futures::TryStreamExt as _;
use serde::Deserialize;
use serde_json::json;
use watchables::rel_1_20::v1::ObjectMeta;
use watchables::{InitialList, Meta, StreamOptions, Text, Watchable, Watcher, Wire};

use super::models::{Identity, Named, next_events, same};
use crate::cluster::Cluster;
use crate::report::{Outcome, failed};

#[derive(Deserialize, Watchable)]
#[watchable(group = "e2e.watchables.example.com", version = "v1", plural = "crontabs", namespaced)]
struct CronTab {
    metadata: ObjectMeta,
    spec: CronTabSpec,
}

#[derive(Deserialize)]
struct CronTabSpec {
    /// Required: the type has no `Default`.
    schedule: String,
}

impl Named for CronTab {
    fn identity(&self) -> Identity {
        let name = self.metadata.name.clone().unwrap_or_default();
        Identity { name: format!("{name} {}", self.spec.schedule), ..Identity::default() }
    }
}

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

pub(super) async fn resource(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    let definition = json!({
        "metadata": {"name": "crontabs.e2e.watchables.example.com", "labels": cluster.labels()},
        "spec": {
            "group": "e2e.watchables.example.com",
            "scope": "Namespaced",
            "names": {"plural": "crontabs", "singular": "crontab", "kind": "CronTab"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {
                "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            }}],
        },
    });
    cluster.api.create(DEFINITIONS, &definition).await.map_err(failed)?;
    let seen = watched(cluster, &namespace).await;
    let path = format!("{DEFINITIONS}/crontabs.e2e.watchables.example.com");
    cluster.api.delete(&path).await.map_err(failed)?;
    seen
}

async fn watched(cluster: &Cluster, namespace: &str) -> Outcome {
    let path = format!("/apis/e2e.watchables.example.com/v1/namespaces/{namespace}/crontabs");
    let object = json!({
        "apiVersion": "e2e.watchables.example.com/v1",
        "kind": "CronTab",
        "metadata": {"name": "a"},
        "spec": {"schedule": "hourly"},
    });
    // The server serves a new definition after a moment.
    let mut tries = 100;
    while let Err(error) = cluster.api.create(&path, &object).await {
        tries -= 1;
        if tries == 0 {
            return Err(failed(error));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let watcher = Watcher::<CronTab>::new(cluster.client()).namespace(namespace);
    let mut stream = watcher.stream(StreamOptions::managed());
    same(&next_events(&mut stream, 1).await?, &["ADDED a hourly"])?;
    let metadata = metadata_in_protobuf(cluster, namespace, &format!("{path}/a")).await?;
    let patch = json!({"spec": {"schedule": "daily"}});
    cluster.api.patch(&format!("{path}/a"), &patch).await.map_err(failed)?;
    same(&next_events(&mut stream, 2).await?, &["MODIFIED a hourly", "MODIFIED a daily"])?;
    cluster.api.delete(&format!("{path}/a")).await.map_err(failed)?;
    same(&next_events(&mut stream, 1).await?, &["DELETED a daily"])?;
    Ok(metadata)
}

/// Servers have no protobuf of custom resources, but of their metadata, in lists and in watches. Annotates the object.
async fn metadata_in_protobuf(cluster: &Cluster, namespace: &str, path: &str) -> Outcome {
    let watcher = Watcher::<Meta<CronTab>>::new(cluster.client()).namespace(namespace);
    let watcher = watcher.wire(Wire::Protobuf).initial_list(InitialList::Paged);
    let mut stream = watcher.stream(StreamOptions::managed());
    let first = stream.try_next().await;
    let annotations = json!({"metadata": {"annotations": {"a": "b"}}});
    cluster.api.patch(path, &annotations).await.map_err(failed)?;
    let first = match first {
        Err(error) if error.status().is_some_and(|status| status.code == 406) => {
            return Ok("without protobuf of its metadata".to_owned());
        }
        first => first.map_err(failed)?.ok_or("the stream ended")?,
    };
    let second = stream.try_next().await.map_err(failed)?.ok_or("the stream ended")?;
    for (event, annotation) in [(first, None), (second, Some("b"))] {
        let (kind, metadata) = (event.obj.kind.unwrap_or_default(), event.obj.metadata);
        let found = metadata.annotations.get("a").map(Text::as_str);
        if (&*kind, metadata.name.as_deref(), found) != ("CronTab", Some("a"), annotation) {
            return Err(format!("unexpected metadata: {kind} {metadata:?}").into());
        }
    }
    Ok("with protobuf of its metadata".to_owned())
}
