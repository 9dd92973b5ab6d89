//! Where a pipeline hands on to.

use std::path::PathBuf;

use serde::Deserialize;

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
