//! Replicas that share the work.

use serde::Deserialize;

use crate::shards::{ReplicaSettings, identity};

/// The replicas of a relay, which share its work: each shard of the objects is relayed by one of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ReplicasConfig {
    /// How many shards there are, from 1 to 1,024. Each is relayed by one replica, so there are at least as many as there
    /// will ever be replicas. With another number, everything is relayed again.
    pub shards: u32,
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
    /// The settings of this process, which has an identity of its own.
    pub(crate) fn settings(&self) -> ReplicaSettings {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let namespace = self.namespace.clone().or_else(|| variable("POD_NAMESPACE"));
        let pod = variable("POD_NAME").or_else(|| variable("HOSTNAME")).unwrap_or_default();
        let namespace = namespace.unwrap_or_else(|| "default".to_owned());
        let mut settings = ReplicaSettings::new(&self.name, namespace, identity(&pod));
        settings.shards = self.shards;
        settings
    }
}
