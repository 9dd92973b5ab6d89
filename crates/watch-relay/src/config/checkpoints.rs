//! Where checkpoints are kept.

use std::fmt;
use std::path::PathBuf;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::checkpoints::jetstream::JetStreamConfig;
use crate::sink::postgres::PostgresConfig;

/// Where checkpoints are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CheckpointsConfig {
    /// A file, which one relay alone can use.
    File(PathBuf),
    /// A stream of NATS JetStream, which every replica reaches.
    Nats(Box<JetStreamConfig>),
    /// Tables of a PostgreSQL database, which every replica reaches.
    Postgres(Box<PostgresConfig>),
}

/// Reads the path of a file, or the name of a store with its settings.
pub(super) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<CheckpointsConfig>, D::Error> {
    deserializer.deserialize_any(PathOrStore).map(Some)
}

struct PathOrStore;

impl<'de> Visitor<'de> for PathOrStore {
    type Value = CheckpointsConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the path of a file, `file: PATH`, `nats: {url: …}` or `postgres: {url: …}`")
    }

    fn visit_str<E>(self, path: &str) -> Result<Self::Value, E> {
        Ok(CheckpointsConfig::File(path.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        CheckpointsConfig::deserialize(MapAccessDeserializer::new(map))
    }
}
