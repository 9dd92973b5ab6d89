//! Writes at random, straight to the server, and remembers what was written.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::subject::State;
use crate::api::{Api, text};
use crate::report::{Not, failed};

/// What is written: kinds with a watch cache in the server, and one without.
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
    /// Name, uid and version of what there is.
    objects: Vec<(String, String, String)>,
    made: usize,
    /// Uid and version of each create and update.
    pub(super) versions: Vec<(String, String)>,
    /// Uids of what was deleted.
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
            made: 0,
            versions: Vec::new(),
            deleted: Vec::new(),
        }
    }

    fn path(&self) -> String {
        let plural = if self.kind == Kind::Event { "events" } else { "configmaps" };
        format!("/api/v1/namespaces/{}/{plural}", self.namespace)
    }

    /// Creates some objects.
    pub(super) async fn fill(&mut self, count: usize) -> Result<(), Not> {
        for _ in 0..count {
            self.create(None).await?;
        }
        Ok(())
    }

    /// Creates, changes, deletes, and deletes and makes again, with pauses between.
    pub(super) async fn write(&mut self, count: usize, pause: Duration) -> Result<(), Not> {
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

    /// One of each, so that a gap has all of them: a delete, one made again, a change, a new one; the
    /// rest stays as it was.
    pub(super) async fn all_sorts(&mut self) -> Result<(), Not> {
        self.delete().await?;
        let name = self.delete().await?;
        self.create(Some(name)).await?;
        self.update().await?;
        self.create(None).await
    }

    /// What the server has at the end.
    pub(super) async fn list(&self) -> Result<State, Not> {
        let list = self.api.get(&self.path()).await.map_err(failed)?;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let of = |item: &Value, what: &str| text(item, &format!("/metadata/{what}"));
        Ok(items
            .iter()
            .map(|item| (of(item, "uid"), (of(item, "name"), of(item, "resourceVersion"))))
            .collect())
    }

    async fn create(&mut self, name: Option<String>) -> Result<(), Not> {
        let name = name.unwrap_or_else(|| format!("object-{}", self.made));
        self.made += 1;
        // Of very different sizes, so that events lie across the borders of reads.
        let filling = "é".repeat(self.random.usize(0..4000));
        let metadata = json!({
            "name": name, "namespace": self.namespace, "annotations": {"filling": filling},
        });
        let object = match self.kind {
            Kind::ConfigMap => json!({"metadata": metadata}),
            Kind::Event => json!({
                "metadata": metadata,
                "involvedObject": {"kind": "Pod", "name": "x", "namespace": self.namespace},
            }),
        };
        let made = self.api.create(&self.path(), &object).await.map_err(failed)?;
        self.remember(name, &made);
        Ok(())
    }

    async fn update(&mut self) -> Result<(), Not> {
        let (name, ..) = self.objects.swap_remove(self.random.usize(..self.objects.len()));
        let patch =
            json!({"metadata": {"annotations": {"change": self.random.u64(..).to_string()}}});
        let path = format!("{}/{name}", self.path());
        let made = self.api.patch(&path, &patch).await.map_err(failed)?;
        self.remember(name, &made);
        Ok(())
    }

    async fn delete(&mut self) -> Result<String, Not> {
        let (name, uid, _) = self.objects.swap_remove(self.random.usize(..self.objects.len()));
        self.api.delete(&format!("{}/{name}", self.path())).await.map_err(failed)?;
        self.deleted.push(uid);
        Ok(name)
    }

    fn remember(&mut self, name: String, made: &Value) {
        let (uid, version) = (text(made, "/metadata/uid"), text(made, "/metadata/resourceVersion"));
        self.versions.push((uid.clone(), version.clone()));
        self.objects.push((name, uid, version));
    }
}
