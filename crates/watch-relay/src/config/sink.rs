//! Where a pipeline hands on to.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

/// A sink: one key, which names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum SinkConfig {
    /// Lines on standard output.
    Stdout(StdoutConfig),
    /// Lines in a file.
    File(FileConfig),
}

/// Lines on standard output. What was printed before a restart may be printed again.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct StdoutConfig {}

/// Lines in a file, each event once.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FileConfig {
    /// The path. `{cluster}` stands for the cluster's name.
    pub path: String,
    /// The size at which it is renamed to `PATH.1`, and so on, and a new one begun, in bytes. By default it grows.
    pub max_size: Option<u64>,
    /// How many renamed files are kept.
    #[serde(default = "default_keep")]
    pub keep: u32,
    /// Whether a batch is written to the disk before it counts as delivered, so that it survives the loss of power.
    #[serde(default = "default_sync")]
    pub sync: bool,
}

const fn default_keep() -> u32 {
    5
}

const fn default_sync() -> bool {
    true
}

impl FileConfig {
    /// A file that grows.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), max_size: None, keep: default_keep(), sync: default_sync() }
    }

    /// The path for a cluster.
    pub(crate) fn path_of(&self, cluster: &str) -> PathBuf {
        self.path.replace("{cluster}", cluster).into()
    }
}

impl SinkConfig {
    /// Reads the URL of a sink: `file:///path`, or `-` for standard output.
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
            _ => Err(ConfigError::new("it is none of: - (standard output), file:///PATH")),
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
        }
    }
}
