//! The arguments of `plugin`.

use std::path::PathBuf;

use clap::Parser;

/// The arguments of `plugin`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Afterwards, kubectl has this program as a command of its own, in which `watch` need not be written:

    kubectl watchables pods -n shop --diff
    kubectl watchables doctor")]
pub(crate) struct PluginArgs {
    /// Directory for the link `kubectl-watchables`, which must be in PATH [default: that of this program]
    #[arg(value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
}
