//! Command-line arguments.

mod recordings;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use crate::args::recordings::{HistoryArgs, RecordArgs, StateArgs, StateFormat};
use crate::moment::Moment;

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
    /// Print what happened to the objects of a recording, change by change.
    History(HistoryArgs),
    /// Record the events of one or more resources into a file.
    Record(RecordArgs),
    /// Show a recording as an API server, as the cluster was or as it went on.
    Replay(ReplayArgs),
    /// Serve a small API server until Ctrl-C, and print a kubeconfig for it.
    Serve(ServeArgs),
    /// Print the objects of a recording as they were at a time.
    State(StateArgs),
    /// Print the events of one or more resources as they happen.
    Watch(WatchArgs),
}

/// The arguments of `replay`.
#[derive(Debug, Parser)]
#[command(after_help = "\
kubectl and every other client see the recorded objects as they were, and their changes at the pace of the
recording. Writes are refused, and watches from versions before the replay's start get 410 Gone.

    watchables replay day.jsonl.zst --from 2026-01-02T03:04:05Z --speed 10 > config &
    kubectl --kubeconfig config get pods -A -w

A TIME is one such as 2026-01-02T03:04:05Z, or +5m for five minutes after the recording's start. The kubeconfig
is written to standard output.")]
pub(crate) struct ReplayArgs {
    /// The recording, which `watchables record` has written
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Replay this many times as fast as it happened
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_speed)]
    pub(crate) speed: f64,

    /// Replay one event whenever Enter is pressed, and print it
    #[arg(long, conflicts_with = "speed")]
    pub(crate) step: bool,

    /// Begin with the state at this time [default: the first complete state]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Moment>,

    /// End at this time, and keep the state [default: the end of the recording]
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Moment>,

    /// Show the state at this time, and nothing after it
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from", "until", "speed", "step", "loops"])]
    pub(crate) at: Option<Moment>,

    /// Begin again after the end; watches then get 410 Gone
    #[arg(long = "loop")]
    pub(crate) loops: bool,

    /// Port on 127.0.0.1; 0 chooses a free port
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Write the kubeconfig to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
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

/// The arguments of `watch`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Prints one line per event: type, namespace (- if there is none) and name. With several resources,
the name is prefixed with its resource. Existing objects come first, as ADDED, then every change.

Without a kubeconfig, and outside a cluster, starts an embedded demo cluster and watches that.")]
pub(crate) struct WatchArgs {
    /// Resources, named as in kubectl: pods, pod, po, deployments.apps, deployments.v1.apps
    #[arg(required = true, value_name = "RESOURCE", value_delimiter = ',')]
    pub(crate) resources: Vec<String>,

    /// Only watch objects in this namespace [default: all namespaces]
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,

    /// Only watch objects that match this label selector, such as app=web,tier!=front
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub(crate) selector: Option<String>,

    /// Only watch objects that match this field selector, such as metadata.name=web-1
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) field_selector: Option<String>,

    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,

    /// Request gzip compression, for slow connections
    #[arg(long)]
    pub(crate) compress: bool,

    /// Exit after this number of events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,

    /// Exit after this time, such as 10s or 5m
    #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,

    /// Exit with the last error when a watch, or the discovery of its resource, has failed for this
    /// time, such as 10m; 0 exits at the first failure [default: never, once a watch has succeeded]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration_or_zero)]
    pub(crate) give_up_after: Option<Duration>,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// The arguments that select a cluster.
#[derive(Debug, Parser)]
pub(crate) struct ClusterArgs {
    /// Path of the kubeconfig [default: $KUBECONFIG, then ~/.kube/config, then the pod's service
    /// account]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,

    /// Context in the kubeconfig [default: its current context]
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,

    /// Start an embedded demo cluster and watch that
    #[arg(long, conflicts_with_all = ["kubeconfig", "context"])]
    pub(crate) demo: bool,
}

/// The output format of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Type, namespace and name
    Text,
    /// One JSON document per line, as sent by the API server
    Json,
}

/// Parses a speed: a number above 0.
fn parse_speed(text: &str) -> Result<f64, String> {
    let speed = text.parse::<f64>().ok().filter(|speed| speed.is_finite() && *speed > 0.0);
    speed.ok_or_else(|| "expected a number above 0, such as 10 or 0.5".to_owned())
}

/// Parses a positive duration: `10s`, `5m`, `1h 30m`, or a number of seconds.
fn parse_duration(text: &str) -> Result<Duration, String> {
    match parse_duration_or_zero(text) {
        Ok(duration) if duration.is_zero() => Err(NOT_A_DURATION.to_owned()),
        parsed => parsed,
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
    fn speeds_are_above_zero() {
        assert_eq!(parse_speed("10"), Ok(10.0));
        assert_eq!(parse_speed("0.5"), Ok(0.5));
        for text in ["0", "-1", "inf", "NaN", "fast", ""] {
            assert!(parse_speed(text).is_err(), "{text}");
        }
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
