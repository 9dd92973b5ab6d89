//! The arguments that select the programs to use.

use clap::{Args, ValueEnum};

use super::version::Version;
use super::{debian, published};

/// Which programs, and from where.
#[derive(Args, Clone, Default)]
pub(crate) struct Wanted {
    /// The Kubernetes version, such as 1.36 or 1.36.1; by default what there is already, else the
    /// newest published one of which this repository has the models
    #[arg(long)]
    pub(super) version: Option<Version>,
    /// Where to get it from
    #[arg(long, value_enum, default_value_t)]
    pub(super) source: Source,
    /// Where envtest-releases.yaml lies: http://, https:// or file://
    #[arg(long, value_name = "URL", default_value = published::DEFAULT_BASE)]
    pub(super) base_url: String,
    /// The Debian archive from which kube-apiserver 1.20.2 is built where none can be downloaded
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
    /// Debian's packages; takes some minutes and 1.5 GB of disk
    Debian,
}
