//! The arguments that select the programs.

use clap::{Args, ValueEnum};

use super::version::Version;
use super::{debian, published};

/// The version of the programs, and where to get them.
#[derive(Args, Clone, Default)]
pub(crate) struct Wanted {
    /// The Kubernetes version, such as 1.36 or 1.36.1 [default: an installed one, else the newest
    /// published one whose types this repository has]
    #[arg(long)]
    pub(super) version: Option<Version>,
    /// The source of the programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) source: Source,
    /// The base URL of envtest-releases.yaml: http://, https:// or file://
    #[arg(long, value_name = "URL", default_value = published::DEFAULT_BASE)]
    pub(super) base_url: String,
    /// The Debian archive from which kube-apiserver 1.20.2 is built if none can be downloaded
    #[arg(long, value_name = "URL", default_value = debian::DEFAULT_MIRROR)]
    pub(super) debian_mirror: String,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
pub(super) enum Source {
    /// The published archive, else Debian's packages
    #[default]
    Any,
    /// The archives that Kubernetes publishes for envtest
    Published,
    /// Debian's packages; takes a few minutes and 1.5 GB of disk space
    Debian,
}
