//! The relay: all pipelines on all clusters.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kube_client::Client;
use tokio::task::JoinSet;
use tokio::time::sleep;
use watch_durable::{CheckpointStore, Checkpoints, DurableExt as _};
use watch_protocol::backoff::Backoff;
use watch_protocol::error::one_line;

use crate::checkpoints::jetstream::{JetStreamCheckpoints, JetStreamConfig};
use crate::config::{CheckpointsConfig, Config, ConfigError, PipelineConfig};
use crate::converter::Converter;
use crate::dead_letters::DeadLetters;
use crate::instance::{Ended, Instance};
use crate::last_objects::LastObjects;
use crate::redact::{self, HashKey};
use crate::replicated;
use crate::shards::ReplicaSettings;
use crate::shutdown::Shutdown;
use crate::sink::Fence;
use crate::sink::postgres::{PostgresCheckpoints, PostgresConfig};
use crate::sinks;
use crate::status::{InstanceStatus, InstanceSummary, Statuses};
use crate::tenure::Tenure;
use crate::watches;

/// How long the instances may take to deliver what they have read when the relay stops.
const DRAIN_LIMIT: Duration = Duration::from_secs(8);

/// A cluster that is watched.
#[derive(Clone)]
pub struct Cluster {
    /// Its name; `None` if it is the only one and was not named.
    pub name: Option<String>,
    /// How its API server is reached.
    pub client: Client,
}

/// A relay that was configured.
pub struct Relay {
    parts: Vec<Arc<Part>>,
    statuses: Statuses,
    dead_letters: DeadLetters,
    /// The replicas that share the work, and where their Leases are.
    replicas: Option<(ReplicaSettings, Client)>,
}

/// What an instance is made of, as often as it has to be.
struct Part {
    name: Arc<str>,
    pipeline: PipelineConfig,
    cluster: Cluster,
    checkpoints: Option<Store>,
    key: HashKey,
    statuses: Statuses,
}

impl Relay {
    /// Makes a relay of a configuration, and of the clusters that it names.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the configuration, or with the files that it names.
    pub fn new(config: &Config, clusters: &[Cluster]) -> Result<Self, ConfigError> {
        config.check()?;
        let fault = |error: &dyn fmt::Display| ConfigError::new(error.to_string());
        let checkpoints = match &config.checkpoints {
            None => None,
            Some(CheckpointsConfig::File(path)) => {
                let opened = Checkpoints::open(path).map_err(|error| fault(&one_line(&error)))?;
                Some(Store::File(opened))
            }
            Some(CheckpointsConfig::Nats(nats)) => Some(Store::JetStream(nats.clone())),
            Some(CheckpointsConfig::Postgres(postgres)) => Some(Store::Postgres(postgres.clone())),
        };
        let beside = match &config.checkpoints {
            Some(CheckpointsConfig::File(path)) => Some(path.as_path()),
            _ => None,
        };
        let key = redact::key(config.redaction_key.as_deref(), beside);
        let key = key.map_err(ConfigError::new)?;
        let path = config.dead_letters.as_deref();
        let dead_letters = DeadLetters::open(path).map_err(|error| {
            let path = path.unwrap_or("".as_ref()).display();
            ConfigError::new(format!("cannot open the dead letters {path}: {error}"))
        })?;
        let by_name: HashMap<&str, &Cluster> = clusters
            .iter()
            .map(|cluster| (cluster.name.as_deref().unwrap_or(""), cluster))
            .collect();
        let statuses = Statuses::default();
        let mut parts = Vec::new();
        for pipeline in &config.pipelines {
            let chosen: Vec<&Cluster> = if pipeline.clusters.is_empty() {
                clusters.iter().collect()
            } else {
                let chosen = pipeline.clusters.iter().map(|name| {
                    by_name.get(name.as_str()).copied().ok_or_else(|| {
                        let pipeline = &pipeline.name;
                        ConfigError::new(format!(
                            "pipeline {pipeline:?}: no cluster is named {name:?}"
                        ))
                    })
                });
                chosen.collect::<Result<_, _>>()?
            };
            for cluster in chosen {
                let name = match &cluster.name {
                    Some(cluster) => format!("{}/{cluster}", pipeline.name),
                    None => pipeline.name.clone(),
                };
                parts.push(Arc::new(Part {
                    name: name.into(),
                    pipeline: pipeline.clone(),
                    cluster: cluster.clone(),
                    checkpoints: checkpoints.clone(),
                    key: key.clone(),
                    statuses: statuses.clone(),
                }));
            }
        }
        let replicas = config.replicas.as_ref().and_then(|replicas| {
            let named = |cluster: &&Cluster| cluster.name == replicas.cluster;
            let cluster = clusters.iter().find(named).or_else(|| clusters.first())?;
            let names = clusters.iter().filter_map(|cluster| cluster.name.clone());
            Some((replicas.settings(names), cluster.client.clone()))
        });
        if replicas.is_none() {
            // So that they are there from the beginning, in this order.
            for part in &parts {
                statuses.of(&part.name);
            }
        }
        Ok(Self { parts, statuses, dead_letters, replicas })
    }

    /// Returns how the instances are, in the order of the configuration; of replicas, those of the shards that this one
    /// holds.
    pub fn status(&self) -> impl Fn() -> Vec<InstanceSummary> + Send + Sync + use<> {
        let statuses = self.statuses.clone();
        move || statuses.summaries()
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
        let spawn = |tenure: Option<&Tenure>, shutdown: &Shutdown, tasks: &mut JoinSet<()>| {
            let covers = |part: &&Arc<Part>| {
                tenure.is_none_or(|tenure| tenure.covers(part.cluster.name.as_deref()))
            };
            for part in self.parts.iter().filter(covers) {
                let (part, tenure) = (Arc::clone(part), tenure.cloned());
                let (letters, shutdown) = (self.dead_letters.clone(), shutdown.clone());
                tasks.spawn(keep_running(part, tenure, letters, shutdown));
            }
        };
        if let Some((settings, client)) = self.replicas.clone() {
            let work = |tenure: &Tenure, shutdown: &Shutdown, tasks: &mut JoinSet<()>| {
                spawn(Some(tenure), shutdown, tasks);
            };
            replicated::run(client, settings, stop, work)
                .await
                .map_err(|error| ConfigError::new(format!("replicas: {error}")))?;
        } else {
            let (trigger, shutdown) = Shutdown::new();
            let mut tasks = JoinSet::new();
            spawn(None, &shutdown, &mut tasks);
            stop.await;
            trigger.request();
            let ended = async { while tasks.join_next().await.is_some() {} };
            // What still runs then is aborted.
            let _ = tokio::time::timeout(DRAIN_LIMIT, ended).await;
        }
        Ok(self.status()())
    }
}

/// Where checkpoints are kept.
#[derive(Clone)]
enum Store {
    File(Checkpoints),
    /// Each instance takes its own over.
    JetStream(Box<JetStreamConfig>),
    Postgres(Box<PostgresConfig>),
}

impl Store {
    async fn open(
        &self,
        name: &str,
        fence: Option<&Fence>,
    ) -> Result<Arc<dyn CheckpointStore>, String> {
        match self {
            Self::File(file) => Ok(Arc::new(file.clone())),
            Self::JetStream(config) => {
                let opened = JetStreamCheckpoints::open(config, name, fence).await;
                opened.map(|store| Arc::new(store) as _).map_err(|error| one_line(&error))
            }
            Self::Postgres(config) => {
                let store = PostgresCheckpoints::new(config).map_err(|error| one_line(&error))?;
                store.open(fence).await.map_err(|error| one_line(&error))?;
                Ok(Arc::new(store))
            }
        }
    }
}

/// Runs an instance, again and again.
async fn keep_running(
    part: Arc<Part>,
    tenure: Option<Tenure>,
    dead_letters: DeadLetters,
    shutdown: Shutdown,
) {
    let listed = Listed::new(&part, tenure.as_ref());
    let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
    loop {
        let began = tokio::time::Instant::now();
        let started = start(&part, tenure.clone(), &listed, dead_letters.clone(), shutdown.clone());
        let started = tokio::select! {
            started = started => started,
            () = shutdown.requested() => return,
        };
        let failure = match started {
            Ok(instance) => match instance.run().await {
                Ended::ShutDown => return,
                Ended::Fenced(error) => error,
                Ended::Failed(error) => one_line(&error),
            },
            Err(error) => error,
        };
        backoff.reset_if_healthy(began.elapsed());
        let wait = backoff.next(None, &mut rng);
        if listed.status.failed(&failure) {
            tracing::error!(pipeline = &*listed.name, "{failure}; beginning again");
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = shutdown.requested() => return,
        }
    }
}

/// An instance among the statuses. One of a shard is taken from them with the shard.
struct Listed {
    name: Arc<str>,
    status: Arc<InstanceStatus>,
    statuses: Statuses,
    is_of_a_shard: bool,
}

impl Listed {
    fn new(part: &Part, tenure: Option<&Tenure>) -> Self {
        let name: Arc<str> = match tenure {
            Some(tenure) => format!("{}/{tenure}", part.name).into(),
            None => Arc::clone(&part.name),
        };
        let (status, statuses) = (part.statuses.of(&name), part.statuses.clone());
        Self { name, status, statuses, is_of_a_shard: tenure.is_some() }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        if self.is_of_a_shard {
            self.statuses.remove(&self.name);
        }
    }
}

async fn start(
    part: &Part,
    tenure: Option<Tenure>,
    Listed { name, status, .. }: &Listed,
    dead_letters: DeadLetters,
    shutdown: Shutdown,
) -> Result<Instance, String> {
    let fence = tenure.as_ref().map(|tenure| tenure.fence(name));
    let shard = tenure.as_ref().map(|tenure| tenure.range);
    let found = watches::find(&part.cluster.client, &part.pipeline, shard, |error, _| {
        let text = one_line(error);
        if status.cluster_failed(&text) {
            tracing::warn!(pipeline = &**name, "{text}; trying again");
        }
    });
    let found = found.await?;
    status.began(found.statuses());
    let cluster = part.cluster.name.as_deref();
    let sink = sinks::create(&part.pipeline.to, cluster.unwrap_or_default());
    let sink = sink.map_err(|error| one_line(&error))?;
    let transaction = sink.transaction();
    let is_transaction = transaction.is_some();
    let store = match (transaction, &part.checkpoints) {
        (Some(store), _) => store,
        (None, Some(store)) => store.open(name, fence.as_ref()).await?,
        (None, None) => return Err("nothing keeps how far it is".to_owned()),
    };
    let last = part.pipeline.needs_old_objects().then(LastObjects::default);
    let events = match &last {
        Some(last) => found.multiplexer.durable(&last.kept_in(store), name),
        None => found.multiplexer.durable(&store, name),
    };
    let events = events.map_err(|error| one_line(&error))?;
    let converter = Converter::new(
        &part.pipeline,
        cluster,
        &part.name,
        found.resources,
        last,
        part.key.clone(),
    )?;
    Ok(Instance {
        name: Arc::clone(name),
        events,
        converter,
        sink,
        is_open: false,
        is_transaction,
        tenure,
        fence,
        dead_letters,
        status: Arc::clone(status),
        shutdown,
    })
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("parts", &self.parts).finish_non_exhaustive()
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("name", &self.name).finish_non_exhaustive()
    }
}
