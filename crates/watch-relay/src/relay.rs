//! The relay: all pipelines on all clusters.

use std::fmt;
use std::time::Duration;

use kube_client::Client;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::cluster::Cluster;
use crate::config::{CheckpointsConfig, Config, ConfigError};
use crate::dead_letters::{DeadLetters, Letters};
use crate::monitor::Monitor;
use crate::part::Common;
use crate::redact;
use crate::reload::Reloader;
use crate::replicated;
use crate::shards::ReplicaSettings;
use crate::shutdown::Shutdown;
use crate::status::InstanceSummary;
use crate::stores::Store;
use crate::supervisor::Supervisor;
use crate::tenure::Tenure;

/// How long the instances may take to deliver what they have read when the relay stops.
const DRAIN_LIMIT: Duration = Duration::from_secs(8);

/// A relay that was configured.
pub struct Relay {
    reloader: Reloader,
    work: Work,
}

/// Who does it.
enum Work {
    /// This process alone.
    Alone(Box<Supervisor>),
    /// The replicas that share the work, and where their Leases are.
    Shared(Box<ReplicaSettings>, Client),
}

impl Relay {
    /// Makes a relay of a configuration, and of the clusters that it names.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the configuration, or with the files that it names.
    pub fn new(config: &Config, clusters: &[Cluster]) -> Result<Self, ConfigError> {
        config.check()?;
        let checkpoints = config.checkpoints.as_ref().map(Store::new).transpose()?;
        let beside = match &config.checkpoints {
            Some(CheckpointsConfig::File(path)) => Some(path.as_path()),
            _ => None,
        };
        let key = redact::key(config.redaction_key.as_deref(), beside).map_err(ConfigError::new)?;
        let dead_letters = DeadLetters::default();
        dead_letters.replace(config.dead_letters.as_deref().map(Letters::open).transpose()?);
        let common = Common { checkpoints, key, dead_letters };
        let reloader = Reloader::new(config, clusters, common, Monitor::default())?;
        let of_leases = |name: Option<&str>| {
            let named = |cluster: &&Cluster| cluster.name.as_deref() == name;
            clusters.iter().find(named).or_else(|| clusters.first())
        };
        let work = if let Some(replicas) = &config.replicas {
            let cluster = of_leases(replicas.cluster.as_deref());
            let cluster = cluster.ok_or_else(|| ConfigError::new("clusters: there is none"))?;
            let names = clusters.iter().filter_map(|cluster| cluster.name.clone());
            Work::Shared(replicas.settings(names).into(), cluster.client.clone())
        } else {
            let statuses = reloader.monitor().statuses.clone();
            Work::Alone(Supervisor::new(reloader.plan(), statuses, None).into())
        };
        Ok(Self { reloader, work })
    }

    /// Returns what probes and metrics show. It stays true while the relay runs, and after it.
    pub fn monitor(&self) -> Monitor {
        self.reloader.monitor().clone()
    }

    /// Returns what replaces the configuration while the relay runs.
    pub fn reloader(&self) -> Reloader {
        self.reloader.clone()
    }

    /// Relays until `stop` resolves; then delivers what was read, and commits. An instance that fails begins again.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the settings of the replicas.
    pub async fn run(
        self,
        stop: impl Future<Output = ()>,
    ) -> Result<Vec<InstanceSummary>, ConfigError> {
        let Self { reloader, work } = self;
        let monitor = reloader.monitor();
        match work {
            Work::Shared(settings, client) => {
                let work = |tenure: &Tenure, shutdown: &Shutdown, tasks: &mut JoinSet<()>| {
                    let statuses = monitor.statuses.clone();
                    let supervisor =
                        Supervisor::new(reloader.plan(), statuses, Some(tenure.clone()));
                    tasks.spawn(supervisor.run(shutdown.clone()));
                };
                replicated::run(client, *settings, &monitor.shards, stop, work)
                    .await
                    .map_err(|error| ConfigError::new(format!("replicas: {error}")))?;
            }
            Work::Alone(supervisor) => {
                let (trigger, shutdown) = Shutdown::new();
                let stopped = async {
                    stop.await;
                    trigger.request(Instant::now() + DRAIN_LIMIT);
                    // The shutdown is requested as long as the trigger is there.
                    std::future::pending::<()>().await;
                };
                tokio::select! {
                    () = supervisor.run(shutdown) => {}
                    () = stopped => {}
                }
            }
        }
        Ok(monitor.instances())
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("reloader", &self.reloader).finish_non_exhaustive()
    }
}
