//! Where a pipeline hands on to.

use std::fmt;

use serde::Deserialize;

use super::ConfigError;
use crate::sink::lines::{FileConfig, StdoutConfig};
use crate::sink::nats::{NatsConfig, NatsSink, NatsStream};

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
}

impl SinkConfig {
    /// Reads the URL of a sink: `nats://host:port`, `file:///path`, or `-` for standard output. A stream that is missing is
    /// created.
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
            _ => Err(ConfigError::new(
                "where to is none of: - (standard output), file:///PATH, nats://HOST:PORT",
            )),
        }
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
            Self::Nats(nats) => NatsSink::new((**nats).clone())
                .map(drop)
                .map_err(|error| format!("to.nats: {error}")),
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
            Self::Nats(nats) => match nats.url.name() {
                Ok(url) => write!(f, "{url}, stream {}", nats.stream),
                Err(_) => write!(f, "NATS, stream {}", nats.stream),
            },
        }
    }
}
