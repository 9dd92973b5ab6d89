//! The command line's arguments.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

/// Watch what Kubernetes is doing.
#[derive(Debug, Parser)]
#[command(name = "watchables", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a small API server until Ctrl-C, and print a kubeconfig for it.
    Serve(ServeArgs),
    /// Print the events of one or more kinds of objects as they happen.
    Watch(WatchArgs),
}

/// What to serve.
#[derive(Debug, Parser)]
#[command(after_help = "\
The kubeconfig goes to standard output, so that it can be kept:

    watchables serve --demo > config &
    kubectl --kubeconfig config get pods -A -w

All is in memory, and gone when the server ends.")]
pub(crate) struct ServeArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// The release of Kubernetes whose resources are served: 1.17, 1.20 or 1.36
    #[arg(long, default_value = "1.36")]
    pub(crate) release: String,

    /// Let a demo workload go on in it
    #[arg(long)]
    pub(crate) demo: bool,

    /// Objects to begin with, as YAML or JSON documents
    #[arg(long, value_name = "FILE")]
    pub(crate) seed_file: Option<PathBuf>,

    /// Forget the history so often, such as 30s, so that older versions get 410
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) compact: Option<Duration>,

    /// Answer only requests with this bearer token
    #[arg(long)]
    pub(crate) token: Option<String>,

    /// Speak TLS, with a certificate that the kubeconfig lets trust
    #[arg(long)]
    pub(crate) tls: bool,

    /// Let faults be asked for over HTTP, at /embedded/faults
    #[arg(long)]
    pub(crate) faults: bool,

    /// Write the kubeconfig to this file and not to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
}

/// What to watch, where, and for how long.
#[derive(Debug, Parser)]
#[command(after_help = "\
Each event is a line: its type, the namespace (- without one) and the name, which has the resource
before it where several are watched. What is there comes first, as ADDED, then each change.

Without a kubeconfig, and outside of a cluster, an embedded demo cluster is started and watched.")]
pub(crate) struct WatchArgs {
    /// Resources, named as for kubectl: pods, pod, po, deployments.apps, deployments.v1.apps
    #[arg(required = true, value_name = "RESOURCE", value_delimiter = ',')]
    pub(crate) resources: Vec<String>,

    /// Only objects in this namespace [default: all]
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,

    /// Only objects with these labels, such as app=web,tier!=front
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub(crate) selector: Option<String>,

    /// Only objects with these fields, such as metadata.name=web-1
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) field_selector: Option<String>,

    /// How to print events
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,

    /// End after so many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,

    /// End after so long, such as 10s or 5m
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub(crate) time: Option<Duration>,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Which cluster to watch.
#[derive(Debug, Parser)]
pub(crate) struct ClusterArgs {
    /// The kubeconfig [default: $KUBECONFIG, else ~/.kube/config, else the cluster around us]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,

    /// The kubeconfig's context [default: its current one]
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,

    /// Start an embedded demo cluster and watch that
    #[arg(long, conflicts_with_all = ["kubeconfig", "context"])]
    pub(crate) demo: bool,
}

/// How events are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Type, namespace and name
    Text,
    /// One JSON document a line, as the API server sends them
    Json,
}

/// Reads `10s`, `5m`, `1h 30m`, and bare seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let parsed = text
        .parse::<u32>()
        .map(|seconds| Duration::from_secs(seconds.into()))
        .ok()
        .or_else(|| Duration::try_from(text.parse::<jiff::SignedDuration>().ok()?).ok());
    match parsed {
        Some(time) if !time.is_zero() => Ok(time),
        _ => Err("write a time such as 10s, 500ms or 5m".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, time) in [
            ("10s", Duration::from_secs(10)),
            ("500ms", Duration::from_millis(500)),
            ("5m", Duration::from_mins(5)),
            ("1h30m", Duration::from_mins(90)),
            ("7", Duration::from_secs(7)),
        ] {
            assert_eq!(duration(text), Ok(time), "{text}");
        }
        for text in ["", "soon", "-3s", "0", "0s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
