//! Opens the stores of checkpoints that the configuration names.

use std::sync::Arc;

use watch_durable::{CheckpointStore, Checkpoints};
use watch_protocol::error::one_line;

use crate::checkpoints::jetstream::{JetStreamCheckpoints, JetStreamConfig};
use crate::config::{CheckpointsConfig, ConfigError};
use crate::sink::Fence;
use crate::sink::postgres::{PostgresCheckpoints, PostgresConfig};

/// Where checkpoints are kept.
#[derive(Clone)]
pub(crate) enum Store {
    File(Checkpoints),
    /// Each instance takes its own over.
    JetStream(Box<JetStreamConfig>),
    Postgres(Box<PostgresConfig>),
}

impl Store {
    /// Opens the file, if it is one.
    ///
    /// # Errors
    ///
    /// Says why the file cannot be used.
    pub(crate) fn new(config: &CheckpointsConfig) -> Result<Self, ConfigError> {
        Ok(match config {
            CheckpointsConfig::File(path) => {
                let opened = Checkpoints::open(path);
                Self::File(opened.map_err(|error| ConfigError::new(one_line(&error)))?)
            }
            CheckpointsConfig::Nats(nats) => Self::JetStream(nats.clone()),
            CheckpointsConfig::Postgres(postgres) => Self::Postgres(postgres.clone()),
        })
    }

    /// Opens it for a stream.
    ///
    /// # Errors
    ///
    /// Says why it cannot be used (now).
    pub(crate) async fn open(
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
