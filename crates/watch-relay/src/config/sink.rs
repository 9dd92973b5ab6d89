//! The sinks of pipelines.

use std::fmt;

use serde::Deserialize;

use super::ConfigError;
use crate::sink::http::{HttpConfig, HttpSink};
use crate::sink::kafka::{KafkaConfig, KafkaSink, KafkaTopic};
use crate::sink::lines::{FileConfig, StdoutConfig};
use crate::sink::nats::{NatsConfig, NatsSink, NatsStream};
use crate::sink::postgres::{PostgresConfig, PostgresSink};
use crate::sink::{Sink, SinkError};

/// A sink: one key, which names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum SinkConfig {
    /// Lines on standard output.
    Stdout(StdoutConfig),
    /// Lines in a file.
    File(FileConfig),
    /// Messages in a stream of NATS JetStream.
    Nats(Box<NatsConfig>),
    /// Records in topics of Kafka, with the feature `kafka`.
    Kafka(Box<KafkaConfig>),
    /// Rows of a PostgreSQL database.
    Postgres(Box<PostgresConfig>),
    /// Requests to a web server.
    Http(Box<HttpConfig>),
}

impl SinkConfig {
    /// Reads the URL of a sink: `nats://…`, `kafka://…/topic`, `postgres://…`, `http://…`, `https://…`, `file:///path`, or
    /// `-` for standard output. A stream, a topic and tables that are missing are created.
    ///
    /// # Errors
    ///
    /// Says which URLs there are.
    pub fn from_url(url: &str) -> Result<Self, ConfigError> {
        if url == "-" {
            return Ok(Self::Stdout(StdoutConfig::default()));
        }
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        match scheme {
            "file" if rest.starts_with('/') => Ok(Self::File(FileConfig::new(rest))),
            "nats" | "tls" => {
                let mut nats = NatsConfig::new(url);
                nats.create = Some(NatsStream::default());
                Ok(Self::Nats(Box::new(nats)))
            }
            "kafka" => {
                let mut kafka = KafkaConfig::from_url(url);
                kafka.create = Some(KafkaTopic::default());
                Ok(Self::Kafka(Box::new(kafka)))
            }
            "postgres" | "postgresql" => {
                let mut postgres = PostgresConfig::new(url);
                postgres.create = true;
                Ok(Self::Postgres(Box::new(postgres)))
            }
            "http" | "https" => Ok(Self::Http(Box::new(HttpConfig::new(url)))),
            // It may have a password, so that it is not printed.
            _ => Err(ConfigError::new(
                "where to is none of: - (standard output), file:///PATH, nats://HOST:PORT, \
                 kafka://HOST:PORT/TOPIC, postgres://USER@HOST/DATABASE, http://… and https://…",
            )),
        }
    }

    /// Returns what kind it is, as its key names it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Stdout(_) => "stdout",
            Self::File(_) => "file",
            Self::Nats(_) => "nats",
            Self::Kafka(_) => "kafka",
            Self::Postgres(_) => "postgres",
            Self::Http(_) => "http",
        }
    }

    /// Whether checkpoints are kept by the sink itself.
    pub(crate) fn keeps_checkpoints(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Whether it is on this machine.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self, Self::Stdout(_) | Self::File(_))
    }

    /// Whether it is the same file for all clusters.
    pub(crate) fn is_one_file(&self) -> bool {
        matches!(self, Self::File(file) if !file.path.contains("{cluster}"))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Self::File(file) if file.path.is_empty() => Err("to.file.path is empty".to_owned()),
            Self::File(file) if file.max_size == Some(0) => {
                Err("to.file.maxSize: a file of 0 bytes holds nothing".to_owned())
            }
            Self::Nats(nats) => sink(NatsSink::new((**nats).clone()), "nats"),
            Self::Kafka(kafka) => sink(KafkaSink::new(kafka), "kafka"),
            Self::Postgres(postgres) => sink(PostgresSink::new(postgres), "postgres"),
            Self::Http(http) => sink(HttpSink::new(http), "http"),
            _ => Ok(()),
        }
    }
}

/// The sink as notices name it, without secrets.
impl fmt::Display for SinkConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout(_) => f.write_str("standard output"),
            Self::File(file) => f.write_str(&file.path),
            Self::Nats(nats) => name(f, NatsSink::new((**nats).clone()), "NATS"),
            Self::Kafka(kafka) => name(f, KafkaSink::new(kafka), "Kafka"),
            Self::Postgres(postgres) => name(f, PostgresSink::new(postgres), "PostgreSQL"),
            Self::Http(http) => name(f, HttpSink::new(http), "HTTP"),
        }
    }
}

fn name<S: Sink>(
    f: &mut fmt::Formatter<'_>,
    sink: Result<S, SinkError>,
    otherwise: &str,
) -> fmt::Result {
    match sink {
        Ok(sink) => f.write_str(sink.name()),
        Err(_) => f.write_str(otherwise),
    }
}

fn sink<S: Sink>(sink: Result<S, SinkError>, key: &str) -> Result<(), String> {
    sink.map(drop).map_err(|error| format!("to.{key}: {error}"))
}
