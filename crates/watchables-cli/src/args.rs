//! Command-line arguments.

mod color;
mod completion;
mod convert;
mod doctor;
mod expressions;
mod format;
mod man;
mod plugin;
mod recordings;
mod relay;
mod replay;
mod top;
mod watch;
mod watched;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

pub(crate) use crate::args::color::ColorChoice;
pub(crate) use crate::args::completion::{CompletionArgs, Shell};
pub(crate) use crate::args::convert::ConvertArgs;
pub(crate) use crate::args::doctor::{DoctorArgs, DoctorFormat};
pub(crate) use crate::args::expressions::ExpressionArgs;
pub(crate) use crate::args::format::Format;
pub(crate) use crate::args::man::ManArgs;
pub(crate) use crate::args::plugin::PluginArgs;
pub(crate) use crate::args::recordings::{
    HistoryArgs, HistoryFormat, RecordArgs, StateArgs, StateFormat,
};
pub(crate) use crate::args::relay::{LogFormat, RelayArgs};
pub(crate) use crate::args::replay::ReplayArgs;
pub(crate) use crate::args::top::TopArgs;
pub(crate) use crate::args::watch::{DiffForm, Stamp, WatchArgs};
pub(crate) use crate::args::watched::WatchedArgs;

/// Watch Kubernetes resources from the shell.
#[derive(Debug, Parser)]
#[command(name = "watchables", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what is in a file of checkpoints, also while a program writes it.
    Checkpoints(CheckpointsArgs),
    /// Print a script that completes command lines in a shell.
    Completion(CompletionArgs),
    /// Convert a recording for KWOK, or one of KWOK for this program.
    Convert(ConvertArgs),
    /// Check how the cluster is reached, and what may be watched.
    Doctor(DoctorArgs),
    /// Print what happened to the objects of a recording, change by change.
    History(HistoryArgs),
    /// Write manual pages.
    Man(ManArgs),
    /// Make this program a plugin of kubectl.
    Plugin(PluginArgs),
    /// Record the events of one or more resources into a file.
    Record(RecordArgs),
    /// Relay the events of one or more resources, each once, also over restarts.
    Relay(RelayArgs),
    /// Show a recording as an API server, as the cluster was or as it went on.
    Replay(ReplayArgs),
    /// Serve a small API server until Ctrl-C, and print a kubeconfig for it.
    Serve(ServeArgs),
    /// Print the objects of a recording as they were at a time.
    State(StateArgs),
    /// Show resources live in the terminal: what there is, what changes, and what has happened to each object.
    Top(TopArgs),
    /// Print the events of one or more resources as they happen.
    Watch(Box<WatchArgs>),
}

impl Command {
    /// How much is logged. Of a relay, it is said with the rest of its logs, and `top` has the terminal for itself.
    pub(crate) fn verbosity(&self) -> Option<u8> {
        match self {
            Self::Doctor(args) => args.cluster.verbosity,
            Self::Record(args) => args.cluster.verbosity,
            Self::Watch(args) => args.cluster.verbosity,
            _ => None,
        }
    }
}

/// The arguments of `checkpoints`.
#[derive(Debug, Parser)]
pub(crate) struct CheckpointsArgs {
    /// File that a program has opened with `Checkpoints::open`
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Print everything as JSON, each object included
    #[arg(long)]
    pub(crate) export: bool,
}

/// The arguments of `serve`.
#[derive(Debug, Parser)]
#[command(after_help = "\
The kubeconfig is written to standard output, which can be redirected to a file:

    watchables serve --demo > config &
    kubectl --kubeconfig config get pods -A -w

All data is kept in memory and is lost when the server exits.")]
pub(crate) struct ServeArgs {
    /// Port on 127.0.0.1; 0 chooses a free port
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Kubernetes release whose resources are served; any that is generated, from 1.17 on
    #[arg(long, default_value = release_catalogs::NEWEST)]
    pub(crate) release: String,

    /// Run a demo workload in the server
    #[arg(long)]
    pub(crate) demo: bool,

    /// Create the objects in this file of YAML or JSON documents
    #[arg(long, value_name = "FILE")]
    pub(crate) seed_file: Option<PathBuf>,

    /// Compact the history at this interval, such as 30s, so that older versions get 410 Gone
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) compact: Option<Duration>,

    /// Require this bearer token in every request
    #[arg(long)]
    pub(crate) token: Option<String>,

    /// Serve over TLS; the kubeconfig contains the certificate authority
    #[arg(long)]
    pub(crate) tls: bool,

    /// Allow fault injection over HTTP, at /embedded/faults
    #[arg(long)]
    pub(crate) faults: bool,

    /// Write the kubeconfig to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
}

/// The arguments that select a cluster.
#[derive(Clone, Debug, Parser)]
pub(crate) struct ClusterArgs {
    /// Path of the kubeconfig [default: $KUBECONFIG, then ~/.kube/config, then the pod's service
    /// account]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,

    /// Context in the kubeconfig; `watch` takes several, with commas between them [default: its current context]
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,

    /// URL of the API server, in place of the one in the kubeconfig
    #[arg(short, long, value_name = "URL", value_parser = parse_server)]
    pub(crate) server: Option<String>,

    /// Start an embedded demo cluster and watch that
    #[arg(long, conflicts_with_all = ["kubeconfig", "context", "server"])]
    pub(crate) demo: bool,

    /// Log on standard error what is done: repairs (2), requests (4), everything (6)
    #[arg(short, long = "v", value_name = "LEVEL")]
    pub(crate) verbosity: Option<u8>,
}

/// Parses a positive duration: `10s`, `5m`, `1h 30m`, or a number of seconds.
fn parse_duration(text: &str) -> Result<Duration, String> {
    match parse_duration_or_zero(text) {
        Ok(duration) if duration.is_zero() => Err(NOT_A_DURATION.to_owned()),
        parsed => parsed,
    }
}

/// Parses the name of a namespace. kubectl takes an empty one for that of the context.
fn parse_namespace(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("a namespace has no name; leave -n out to watch all namespaces"),
        name => Ok(name.to_owned()),
    }
}

/// Checks that a server is named.
fn parse_server(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("expected a URL such as https://127.0.0.1:6443"),
        url => Ok(url.to_owned()),
    }
}

const NOT_A_DURATION: &str = "expected a duration such as 10s, 500ms or 5m";

/// Parses a duration, which may be zero.
fn parse_duration_or_zero(text: &str) -> Result<Duration, String> {
    let parsed = text
        .parse::<u32>()
        .map(|seconds| Duration::from_secs(seconds.into()))
        .ok()
        .or_else(|| Duration::try_from(text.parse::<jiff::SignedDuration>().ok()?).ok());
    parsed.ok_or_else(|| NOT_A_DURATION.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn command_definition_is_valid() {
        Args::command().debug_assert();
    }

    #[test]
    fn durations_are_parsed() {
        for (text, duration) in [
            ("10s", Duration::from_secs(10)),
            ("500ms", Duration::from_millis(500)),
            ("5m", Duration::from_mins(5)),
            ("1h30m", Duration::from_mins(90)),
            ("7", Duration::from_secs(7)),
        ] {
            assert_eq!(parse_duration(text), Ok(duration), "{text}");
        }
        for text in ["", "soon", "-3s", "0", "0s"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert_eq!(parse_duration_or_zero("0"), Ok(Duration::ZERO));
        assert!(parse_duration_or_zero("never").is_err());
    }
}
