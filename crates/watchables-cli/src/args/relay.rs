//! The arguments of `relay`.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::args::ClusterArgs;

/// The arguments of `relay`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Relays every event of the resources, each once, also over restarts: with a configuration file, which
docs/relay.md describes, or with --to to a single place:

    watchables relay pods,events --to file:///var/log/pods.jsonl
    watchables relay deployments -n shop --to -

SIGTERM and Ctrl-C deliver what was read, then end. Errors go to standard error; what fails for a time
is tried again.")]
pub(crate) struct RelayArgs {
    /// Configuration file, which is read again on SIGHUP and when it has changed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "resources"])]
    pub(crate) config: Option<PathBuf>,

    /// Only check the configuration, and say what is wrong with it
    #[arg(long, requires = "config")]
    pub(crate) check: bool,

    /// Resources, named as in kubectl [default: pods]
    #[arg(value_name = "RESOURCE", value_delimiter = ',')]
    pub(crate) resources: Vec<String>,

    /// Where to: a URL, or - for standard output
    #[arg(long, value_name = "URL", required_unless_present = "config")]
    pub(crate) to: Option<String>,

    /// Only objects in this namespace [default: all namespaces]
    #[arg(short, long, conflicts_with = "config")]
    pub(crate) namespace: Option<String>,

    /// Only objects that match this label selector
    #[arg(short = 'l', long, value_name = "SELECTOR", conflicts_with = "config")]
    pub(crate) selector: Option<String>,

    /// Only events for which this CEL expression is true, such as "object.status.phase == 'Failed'"
    #[arg(long, value_name = "CEL", conflicts_with = "config")]
    pub(crate) filter: Option<String>,

    /// File that keeps how far the relay is [default: watchables-relay.redb, or a temporary one for the demo cluster]
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    pub(crate) checkpoints: Option<PathBuf>,

    /// Form of what is logged to standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log: LogFormat,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// The form of what is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// A JSON object per line
    Json,
}
