//! Replicas that share the work.

use serde::Deserialize;

use crate::shards::{ReplicaSettings, identity};

/// The replicas of a relay, which share its work: each shard of the objects is relayed by one of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ReplicasConfig {
    /// How many shards there are, from 1 to 1,024, each a part of all clusters. Each is relayed by one replica, so there
    /// are at least as many as there will ever be replicas. With another number, everything is relayed again.
    pub shards: Option<u32>,
    /// How many shards each cluster has, in the place of `shards`. A replica then watches only the clusters of which it
    /// has shards.
    pub shards_per_cluster: Option<u32>,
    /// The name of the relay, with which the names of its Leases begin.
    #[serde(default = "default_name")]
    pub name: String,
    /// The namespace of the Leases; by default that of the relay's pod (`POD_NAMESPACE`), else `default`.
    pub namespace: Option<String>,
    /// The cluster in which the Leases are; by default the first.
    pub cluster: Option<String>,
}

fn default_name() -> String {
    "watchables-relay".to_owned()
}

impl ReplicasConfig {
    /// Checks that the shards are counted in one way.
    pub(crate) fn check(&self) -> Result<(), String> {
        match (self.shards, self.shards_per_cluster) {
            (Some(_), None) | (None, Some(_)) => Ok(()),
            (Some(_), Some(_)) => Err("either `shards` or `shardsPerCluster` may be set".into()),
            (None, None) => {
                Err("set `shards`, or with several clusters `shardsPerCluster`, such as 1".into())
            }
        }
    }

    /// The settings of this process, which has an identity of its own. `clusters` are the names that the clusters have.
    pub(crate) fn settings(&self, clusters: impl Iterator<Item = String>) -> ReplicaSettings {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let namespace = self.namespace.clone().or_else(|| variable("POD_NAMESPACE"));
        let pod = variable("POD_NAME").or_else(|| variable("HOSTNAME")).unwrap_or_default();
        let namespace = namespace.unwrap_or_else(|| "default".to_owned());
        let mut settings = ReplicaSettings::new(&self.name, namespace, identity(&pod));
        settings.shards = self.shards.or(self.shards_per_cluster).unwrap_or_default();
        if self.shards_per_cluster.is_some() {
            settings.clusters = clusters.collect();
        }
        settings
    }
}
