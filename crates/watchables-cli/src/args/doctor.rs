//! The arguments of `doctor`.

use std::time::Duration;

use clap::{Parser, ValueEnum};

use super::{ClusterArgs, parse_duration, parse_namespace};

/// The arguments of `doctor`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Prints a line per check: \u{2713} if it is well, ! if it deserves a look, \u{2717} if watching cannot work, and then what to
do. What depends on a failed check is not tried. No secret is printed. The exit code is 1 if a check has failed.

    watchables doctor
    watchables doctor pods,deployments -n shop --context staging
    watchables doctor --json | jq '.checks[] | select(.status != \"ok\")'")]
pub(crate) struct DoctorArgs {
    /// Resources to be watched, named as in kubectl, with commas between them
    #[arg(value_name = "RESOURCE", default_value = "pods", value_delimiter = ',')]
    pub(crate) resources: Vec<String>,

    /// Check the permissions in these namespaces, with commas between them [default: all namespaces]
    #[arg(short, long, value_name = "NAMESPACE", value_delimiter = ',', value_parser = parse_namespace)]
    pub(crate) namespace: Vec<String>,

    /// Output format
    #[arg(short, long, value_enum, default_value_t = DoctorFormat::Text)]
    pub(crate) output: DoctorFormat,

    /// The same as -o json
    #[arg(long)]
    pub(crate) json: bool,

    /// How long each step may take, such as 5s
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// The output format of `doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    /// A line per check, as it is done
    Text,
    /// One JSON document at the end
    Json,
}
