//! The relay: all pipelines on all clusters.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use kube_client::Client;
use tokio::time::sleep;
use watch_durable::{CheckpointStore, Checkpoints, DurableExt as _};

use crate::checkpoints::jetstream::{JetStreamCheckpoints, JetStreamConfig};
use crate::config::{CheckpointsConfig, Config, ConfigError, PipelineConfig};
use crate::converter::Converter;
use crate::dead_letters::DeadLetters;
use crate::instance::{Ended, Instance, drained};
use crate::last_objects::LastObjects;
use crate::redact::{self, HashKey};
use crate::shutdown::{Shutdown, ShutdownTrigger};
use crate::sink::Fence;
use crate::sink::postgres::{PostgresCheckpoints, PostgresConfig};
use crate::sinks;
use crate::status::{InstanceStatus, InstanceSummary};
use crate::watches::{self, backoff, one_line};

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
#[derive(Debug)]
pub struct Relay {
    parts: Vec<Arc<Part>>,
    dead_letters: DeadLetters,
    trigger: ShutdownTrigger,
    shutdown: Shutdown,
}

/// What an instance is made of, as often as it has to be.
struct Part {
    name: Arc<str>,
    pipeline: PipelineConfig,
    cluster: Cluster,
    checkpoints: Option<Store>,
    key: HashKey,
    status: Arc<InstanceStatus>,
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
        let key = redact::key(match &config.checkpoints {
            Some(CheckpointsConfig::File(path)) => Some(path),
            _ => None,
        });
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
                    status: Arc::default(),
                }));
            }
        }
        let (trigger, shutdown) = Shutdown::new();
        Ok(Self { parts, dead_letters, trigger, shutdown })
    }

    /// Returns how the instances are, in the order of the configuration.
    pub fn status(&self) -> impl Fn() -> Vec<InstanceSummary> + Send + Sync + use<> {
        let parts = self.parts.clone();
        move || parts.iter().map(|part| part.status.summary(&part.name)).collect()
    }

    /// Relays until `stop` resolves; then delivers what was read, and commits. An instance that fails begins again.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Vec<InstanceSummary> {
        let tasks: Vec<_> = self
            .parts
            .iter()
            .map(|part| {
                let run = keep_running(
                    Arc::clone(part),
                    self.dead_letters.clone(),
                    self.shutdown.clone(),
                );
                tokio::spawn(run)
            })
            .collect();
        stop.await;
        self.trigger.request();
        join_all(tasks.into_iter().map(|task| drained(task, DRAIN_LIMIT))).await;
        self.status()()
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
async fn keep_running(part: Arc<Part>, dead_letters: DeadLetters, shutdown: Shutdown) {
    let (mut backoff, mut rng) = (backoff(), fastrand::Rng::new());
    loop {
        let started = tokio::time::Instant::now();
        let ended = tokio::select! {
            started = start(&part, dead_letters.clone(), shutdown.clone()) => started,
            () = shutdown.requested() => return,
        };
        let failure = match ended {
            Ok(instance) => match instance.run().await {
                Ended::ShutDown => return,
                Ended::Fenced(error) => error,
                Ended::Failed(error) => one_line(&error),
            },
            Err(error) => error,
        };
        backoff.reset_if_healthy(started.elapsed());
        let wait = backoff.next(None, &mut rng);
        if part.status.failed(&failure) {
            tracing::error!(pipeline = &*part.name, "{failure}; beginning again");
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = shutdown.requested() => return,
        }
    }
}

async fn start(
    part: &Part,
    dead_letters: DeadLetters,
    shutdown: Shutdown,
) -> Result<Instance, String> {
    let fence = None;
    let found = watches::find(&part.cluster.client, &part.pipeline, |error, _| {
        let text = one_line(error);
        if part.status.cluster_failed(&text) {
            tracing::warn!(pipeline = &*part.name, "{text}; trying again");
        }
    });
    let found = found.await?;
    part.status.began(found.statuses());
    let cluster = part.cluster.name.as_deref();
    let sink = sinks::create(&part.pipeline.to, cluster.unwrap_or_default());
    let sink = sink.map_err(|error| one_line(&error))?;
    let store = match (sink.transaction(), &part.checkpoints) {
        (Some(store), _) => store,
        (None, Some(store)) => store.open(&part.name, fence.as_ref()).await?,
        (None, None) => return Err("nothing keeps how far it is".to_owned()),
    };
    let last = part.pipeline.needs_old_objects().then(LastObjects::default);
    let events = match &last {
        Some(last) => found.multiplexer.durable(&last.kept_in(store), &part.name),
        None => found.multiplexer.durable(&store, &part.name),
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
        name: Arc::clone(&part.name),
        events,
        converter,
        sink,
        fence,
        dead_letters,
        status: Arc::clone(&part.status),
        shutdown,
    })
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
