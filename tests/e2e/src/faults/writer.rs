//! Makes random writes directly on the server and records them.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::observed::Objects;
use crate::api::{Api, text};
use crate::report::{NotPassed, failed};

/// The kind of the written objects: one that the server has a watch cache for, and one that it has not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    ConfigMap,
    Event,
}

pub(super) struct Writer {
    api: Api,
    kind: Kind,
    namespace: String,
    random: fastrand::Rng,
    /// Name, uid and version of each existing object.
    objects: Vec<(String, String, String)>,
    created: usize,
    /// Uid and version of each create and update.
    pub(super) versions: Vec<(String, String)>,
    /// Uids of deleted objects.
    pub(super) deleted: Vec<String>,
}

impl Writer {
    pub(super) fn new(api: Api, kind: Kind, namespace: String, seed: u64) -> Self {
        Self {
            api,
            kind,
            namespace,
            random: fastrand::Rng::with_seed(seed),
            objects: Vec::new(),
            created: 0,
            versions: Vec::new(),
            deleted: Vec::new(),
        }
    }

    fn path(&self) -> String {
        let plural = if self.kind == Kind::Event { "events" } else { "configmaps" };
        format!("/api/v1/namespaces/{}/{plural}", self.namespace)
    }

    /// Creates `count` objects.
    pub(super) async fn fill(&mut self, count: usize) -> Result<(), NotPassed> {
        for _ in 0..count {
            self.create(None).await?;
        }
        Ok(())
    }

    /// Makes random creates, updates, deletes and recreations, with a pause after each.
    pub(super) async fn write(&mut self, count: usize, pause: Duration) -> Result<(), NotPassed> {
        for _ in 0..count {
            match self.random.u32(0..10) {
                0..2 => self.create(None).await?,
                _ if self.objects.is_empty() => self.create(None).await?,
                2..7 => self.update().await?,
                7..8 => drop(self.delete().await?),
                _ => {
                    let name = self.delete().await?;
                    self.create(Some(name)).await?;
                }
            }
            sleep(pause).await;
        }
        Ok(())
    }

    /// Makes one change of each kind: a delete, a recreation, an update and a create. The other objects
    /// stay unchanged.
    pub(super) async fn write_each_kind(&mut self) -> Result<(), NotPassed> {
        self.delete().await?;
        let name = self.delete().await?;
        self.create(Some(name)).await?;
        self.update().await?;
        self.create(None).await
    }

    /// Lists the objects on the server.
    pub(super) async fn list(&self) -> Result<Objects, NotPassed> {
        let list = self.api.get(&self.path()).await.map_err(failed)?;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let of = |item: &Value, what: &str| text(item, &format!("/metadata/{what}"));
        Ok(items
            .iter()
            .map(|item| (of(item, "uid"), (of(item, "name"), of(item, "resourceVersion"))))
            .collect())
    }

    async fn create(&mut self, name: Option<String>) -> Result<(), NotPassed> {
        let name = name.unwrap_or_else(|| format!("object-{}", self.created));
        self.created += 1;
        // Sizes vary widely so that events cross read boundaries.
        let padding = "é".repeat(self.random.usize(0..4000));
        let metadata = json!({
            "name": name, "namespace": self.namespace, "annotations": {"padding": padding},
        });
        let object = match self.kind {
            Kind::ConfigMap => json!({"metadata": metadata}),
            Kind::Event => json!({
                "metadata": metadata,
                "involvedObject": {"kind": "Pod", "name": "x", "namespace": self.namespace},
            }),
        };
        let created = self.api.create(&self.path(), &object).await.map_err(failed)?;
        self.record(name, &created);
        Ok(())
    }

    async fn update(&mut self) -> Result<(), NotPassed> {
        let (name, ..) = self.objects.swap_remove(self.random.usize(..self.objects.len()));
        let patch =
            json!({"metadata": {"annotations": {"change": self.random.u64(..).to_string()}}});
        let path = format!("{}/{name}", self.path());
        let updated = self.api.patch(&path, &patch).await.map_err(failed)?;
        self.record(name, &updated);
        Ok(())
    }

    async fn delete(&mut self) -> Result<String, NotPassed> {
        let (name, uid, _) = self.objects.swap_remove(self.random.usize(..self.objects.len()));
        self.api.delete(&format!("{}/{name}", self.path())).await.map_err(failed)?;
        self.deleted.push(uid);
        Ok(name)
    }

    fn record(&mut self, name: String, object: &Value) {
        let uid = text(object, "/metadata/uid");
        let version = text(object, "/metadata/resourceVersion");
        self.versions.push((uid.clone(), version.clone()));
        self.objects.push((name, uid, version));
    }
}
