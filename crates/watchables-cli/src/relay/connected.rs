//! The clusters that a relay is connected to.

use std::sync::Arc;

use anyhow::Context as _;
use watch_relay::Cluster;
use watch_relay::config::Config;

use crate::args::ClusterArgs;
use crate::cluster::{self, Target};

/// The clusters that a relay is connected to. A demo cluster ends with it.
pub(crate) struct Connected {
    clusters: Vec<Cluster>,
    connections: Vec<Connection>,
    /// The names of those that were connected to anew.
    reconnected: Vec<Option<String>>,
}

#[derive(Clone)]
struct Connection {
    name: Option<String>,
    /// What tells whether it was configured in the same way.
    fingerprint: u64,
    cluster: Arc<cluster::Cluster>,
}

impl Connected {
    /// Connects to the clusters that a configuration names, or to the one of the arguments. What is configured as it was
    /// `before` stays connected.
    ///
    /// # Errors
    ///
    /// If a cluster cannot be connected to. It is named.
    pub(crate) async fn connect(
        config: &Config,
        args: &ClusterArgs,
        before: Option<&Self>,
    ) -> anyhow::Result<Self> {
        let mut connected =
            Self { clusters: Vec::new(), connections: Vec::new(), reconnected: Vec::new() };
        if config.clusters.is_empty() {
            connected.add(None, args, before).await?;
        }
        for cluster in &config.clusters {
            let args = ClusterArgs {
                kubeconfig: cluster.kubeconfig.clone(),
                context: cluster.context.clone(),
                server: None,
                demo: false,
                verbosity: None,
            };
            let name = &cluster.name;
            let added = connected.add(Some(name.clone()), &args, before).await;
            added.with_context(|| format!("cluster {name:?}"))?;
        }
        Ok(connected)
    }

    pub(crate) fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    pub(crate) fn reconnected(&self) -> &[Option<String>] {
        &self.reconnected
    }

    async fn add(
        &mut self,
        name: Option<String>,
        args: &ClusterArgs,
        before: Option<&Self>,
    ) -> anyhow::Result<()> {
        let target = Target::find(args)?;
        let fingerprint = target.fingerprint();
        let connections = before.iter().flat_map(|before| &before.connections);
        let mut known = connections.filter(|known| known.name == name);
        let known = known.find(|known| known.fingerprint == fingerprint);
        let connection = if let Some(known) = known {
            known.clone()
        } else {
            self.reconnected.push(name.clone());
            let cluster = target.connect().await?.into();
            Connection { name: name.clone(), fingerprint, cluster }
        };
        self.clusters.push(Cluster { name, client: connection.cluster.client.clone() });
        self.connections.push(connection);
        Ok(())
    }
}
