//! What a relay does, as its configuration file says.

mod checkpoints;
mod clusters;
mod error;
mod fingerprints;
mod form;
mod pipeline;
mod references;
mod replicas;
pub(crate) mod resumable;
mod sink;
#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

pub use self::checkpoints::CheckpointsConfig;
pub use self::clusters::ClusterConfig;
pub use self::error::ConfigError;
pub(crate) use self::fingerprints::{Fingerprints, RESTART_KEYS};
pub use self::form::FormConfig;
pub use self::pipeline::{Only, PipelineConfig, WatchConfig};
pub use self::replicas::ReplicasConfig;
pub use self::sink::SinkConfig;
use crate::form::Form;

/// The configuration of a relay.
///
/// ```yaml
/// checkpoints: /var/lib/watchables/relay.redb
/// pipelines:
/// - name: failures
///   watch:
///   - resources: [pods]
///     namespaces: [shop]
///   filter: object.status.phase == 'Failed'
///   to:
///     file: {path: failures.jsonl}
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The clusters to watch. By default one: that of the kubeconfig's current context, or the one that the relay's pod
    /// runs in.
    #[serde(default)]
    pub clusters: Vec<ClusterConfig>,
    /// Where it is kept how far each pipeline is: the path of a file, `nats: {url: …}` or
    /// `postgres: {url: …}`. Pipelines to PostgreSQL keep it there, in one transaction with their events.
    #[serde(default, deserialize_with = "checkpoints::read")]
    pub checkpoints: Option<CheckpointsConfig>,
    /// The file with the key of the hashes that stand for redacted values; it is created if it is missing. Replicas need
    /// the same one, as a Secret. By default it is beside the file of checkpoints (`FILE.key`); with other checkpoints it
    /// is new with each start, so that hashes of equal values differ then.
    pub redaction_key: Option<PathBuf>,
    /// Where refused messages are written, a line each. Without it, they are counted and logged only.
    pub dead_letters: Option<PathBuf>,
    /// The address of `/healthz`, `/readyz` and `/metrics`, such as `0.0.0.0:8080`. By default there is none.
    pub listen: Option<std::net::SocketAddr>,
    /// The replicas that share the work. By default there is one.
    pub replicas: Option<ReplicasConfig>,
    /// After how many seconds without a sign of one of its streams the relay is unhealthy, so that `/healthz` fails. 300
    /// by default, and at least 1.
    #[serde(default = "unhealthy_after_seconds")]
    pub unhealthy_after_seconds: NonZeroU32,
    /// What is relayed, and to which sink. Each has its own watches, so that one whose sink is down stops no other.
    pub pipelines: Vec<PipelineConfig>,
    #[serde(skip)]
    pub(crate) fingerprints: Fingerprints,
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    ///
    /// Says what is wrong, at which line and key.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            ConfigError::new(format!("cannot read {}: {error}", path.display()))
        })?;
        Self::parse(&text).map_err(|error| error.of(path))
    }

    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// Says what is wrong, at which line and key.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let options = serde_saphyr::options! { with_snippet: false };
        let mut config: Self = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| ConfigError::new(error.to_string()))?;
        config.check()?;
        config.fingerprints = Fingerprints::of(text);
        Ok(config)
    }

    /// A relay of one pipeline.
    pub fn of(pipeline: PipelineConfig, checkpoints: Option<CheckpointsConfig>) -> Self {
        Self {
            clusters: Vec::new(),
            checkpoints,
            redaction_key: None,
            dead_letters: None,
            listen: None,
            replicas: None,
            unhealthy_after_seconds: unhealthy_after_seconds(),
            pipelines: vec![pipeline],
            fingerprints: Fingerprints::default(),
        }
    }

    /// After what time without a sign of one of its streams the relay is unhealthy.
    pub fn unhealthy_after(&self) -> Duration {
        Duration::from_secs(self.unhealthy_after_seconds.get().into())
    }

    /// Checks what holds between the settings.
    ///
    /// # Errors
    ///
    /// Says what is wrong, and of which pipeline.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.pipelines.is_empty() {
            return Err(ConfigError::new("pipelines: there are none, so nothing would be relayed"));
        }
        self.check_replicas()?;
        for (at, cluster) in self.clusters.iter().enumerate() {
            if cluster.name.is_empty() {
                return Err(ConfigError::new(format!("clusters[{at}]: its name is empty")));
            }
            if self.clusters[..at].iter().any(|other| other.name == cluster.name) {
                let name = &cluster.name;
                return Err(ConfigError::new(format!("clusters: {name:?} is there twice")));
            }
        }
        for (at, pipeline) in self.pipelines.iter().enumerate() {
            let name = &pipeline.name;
            let fault = |what: String| ConfigError::new(format!("pipeline {name:?}: {what}"));
            if name.is_empty() || name.contains(['/', '\n']) {
                return Err(ConfigError::new(format!(
                    "pipelines[{at}].name: {name:?} is empty or has a slash; it names the checkpoint"
                )));
            }
            if self.pipelines[..at].iter().any(|other| other.name == *name) {
                return Err(ConfigError::new(format!("pipelines: {name:?} is there twice")));
            }
            pipeline.check().map_err(fault)?;
            if self.clusters.len() > 1 && pipeline.to.is_one_file() {
                let mend = "put {cluster} into its path";
                return Err(fault(format!(
                    "to.file.path: several clusters would write it; {mend}"
                )));
            }
            if pipeline.to.is_local() && pipeline.form.kind == Form::CloudEventsBinary {
                return Err(fault(
                    "form.kind: cloudEventsBinary has the attributes in headers, which a line does not have; use cloudEvents"
                        .into(),
                ));
            }
            if self.replicas.is_some() && pipeline.to.is_local() {
                return Err(fault(
                    "replicas share the work, so that a file or standard output has only a part of it; relay to one of \
                     the other sinks".into(),
                ));
            }
            if self.checkpoints.is_none() && !pipeline.to.keeps_checkpoints() {
                return Err(fault(
                    "nothing keeps how far it is; name a file with `checkpoints`".into(),
                ));
            }
        }
        Ok(())
    }

    fn check_replicas(&self) -> Result<(), ConfigError> {
        let Some(replicas) = &self.replicas else { return Ok(()) };
        let fault = |error: &dyn std::fmt::Display| ConfigError::new(format!("replicas: {error}"));
        replicas.check().map_err(|error| fault(&error))?;
        let names = self.clusters.iter().map(|cluster| cluster.name.clone());
        replicas.settings(names).check().map_err(|error| fault(&error))?;
        if let Some(CheckpointsConfig::File(path)) = &self.checkpoints {
            return Err(ConfigError::new(format!(
                "checkpoints: the file {} is reached by one replica alone; keep them in `nats: {{url: …}}` or `postgres: \
                 {{url: …}}`",
                path.display()
            )));
        }
        let name = replicas.cluster.as_ref();
        match name.filter(|name| self.clusters.iter().all(|cluster| cluster.name != **name)) {
            Some(name) => Err(ConfigError::new(format!("replicas: no cluster is named {name:?}"))),
            None => Ok(()),
        }
    }
}

const fn unhealthy_after_seconds() -> NonZeroU32 {
    NonZeroU32::new(300).unwrap()
}
