//! Makes sinks of their configuration.

use crate::config::SinkConfig;
use crate::sink::Sink;
use crate::sink::lines::{LinesFile, Stdout};

/// Makes a sink for a cluster.
pub(crate) fn create(config: &SinkConfig, cluster: &str) -> Box<dyn Sink> {
    match config {
        SinkConfig::Stdout(_) => Box::new(Stdout),
        SinkConfig::File(file) => Box::new(LinesFile::new(file, cluster)),
    }
}
