//! Makes sinks of their configuration.

use crate::config::SinkConfig;
use crate::sink::http::HttpSink;
use crate::sink::kafka::KafkaSink;
use crate::sink::lines::{LinesFile, Stdout};
use crate::sink::nats::NatsSink;
use crate::sink::postgres::PostgresSink;
use crate::sink::{Sink, SinkError};

/// Makes a sink for a cluster.
///
/// # Errors
///
/// Says what is wrong with its configuration.
pub(crate) fn create(config: &SinkConfig, cluster: &str) -> Result<Box<dyn Sink>, SinkError> {
    Ok(match config {
        SinkConfig::Stdout(_) => Box::new(Stdout),
        SinkConfig::File(file) => Box::new(LinesFile::new(file, cluster)),
        SinkConfig::Nats(nats) => Box::new(NatsSink::new((**nats).clone())?),
        SinkConfig::Postgres(postgres) => Box::new(PostgresSink::new(postgres)?),
        SinkConfig::Kafka(kafka) => Box::new(KafkaSink::new(kafka)?),
        SinkConfig::Http(http) => Box::new(HttpSink::new(http)?),
    })
}
