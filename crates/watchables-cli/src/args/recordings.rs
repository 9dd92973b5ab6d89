//! The arguments of the commands that write and read recordings.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use super::{ClusterArgs, parse_duration};
use crate::moment::Moment;

/// The arguments of `record`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Records until Ctrl-C. Each line of the file is a JSON document: an event with its time. A name that ends with
.zst makes a compressed file. It is written to the disk each second.

    watchables record pods,deployments -A -o day.jsonl.zst
    watchables history pod/shop/web-1 -f day.jsonl.zst
    watchables state pods -f day.jsonl.zst --at 2026-01-02T03:04:05Z

A recorder that was killed goes on with --append, without loss or repeat. Where the server no longer has what
happened meanwhile, the gap is marked. Values of Secrets are replaced by hashes, unless --with-secrets is set.
Their key is in a file beside the recording, such as day.jsonl.zst.key. Keep it to yourself: with it, values that
are easy to guess can be found out by trying. Without it, the recording cannot be resumed.")]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct RecordArgs {
    /// Resources, named as in kubectl: pods, pod, po, deployments.apps, deployments.v1.apps
    #[arg(required = true, value_name = "RESOURCE", value_delimiter = ',')]
    pub(crate) resources: Vec<String>,

    /// Record all namespaces, which is the default
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    pub(crate) all_namespaces: bool,

    /// Only record objects in this namespace [default: all namespaces]
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,

    /// Only record objects that match this label selector, such as app=web,tier!=front
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub(crate) selector: Option<String>,

    /// Only record objects that match this field selector, such as metadata.name=web-1
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) field_selector: Option<String>,

    /// The file to record into, such as day.jsonl, or day.jsonl.zst to compress it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Go on in the file if it exists
    #[arg(long)]
    pub(crate) append: bool,

    /// Record for this time, such as 10m or 1h
    #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,

    /// Begin a new file at this size, such as 500MB or 1GiB; earlier ones get a number in their name
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_size: Option<u64>,

    /// Keep this many files, and remove older ones [default: all]
    #[arg(long, value_name = "FILES", requires = "max_size", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) keep: Option<u64>,

    /// Replace the value of a field by a hash, such as 'spec.containers[*].env[*].value'; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) redact: Vec<String>,

    /// Record the values of Secrets
    #[arg(long)]
    pub(crate) with_secrets: bool,

    /// Request gzip compression, for slow connections
    #[arg(long)]
    pub(crate) compress: bool,

    /// Exit with the last error when a watch, or the discovery of its resource, has failed for this
    /// time, such as 10m; 0 exits at the first failure [default: never, once a watch has succeeded]
    #[arg(long, value_name = "DURATION", value_parser = super::parse_duration_or_zero)]
    pub(crate) give_up_after: Option<Duration>,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// The arguments of `history`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Prints each change with its time, what happened, who did it as far as managedFields tell, and a line per field.
Objects that existed when the recording began come first, as ADDED.

A TIME is one such as 2026-01-02T03:04:05Z, or +5m for five minutes after the recording's start.")]
pub(crate) struct HistoryArgs {
    /// Objects: pod/shop/web-1, node/n1, pod/web-1 with -n, or a resource such as deployments
    #[arg(value_name = "OBJECT")]
    pub(crate) object: String,

    /// The recording
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Only objects in this namespace [default: all namespaces]
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,

    /// Only changes at or after this time
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Moment>,

    /// Only changes by this manager in managedFields, such as kubectl or kube-controller-manager
    #[arg(long, value_name = "MANAGER")]
    pub(crate) who: Option<String>,

    /// Output format
    #[arg(short, long, value_enum, default_value_t = HistoryFormat::Text)]
    pub(crate) output: HistoryFormat,

    /// Skip what is damaged
    #[arg(long)]
    pub(crate) skip_damaged: bool,
}

/// The output format of `history`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryFormat {
    /// A line per change with its time, what happened, the object and who did it, and a line per field
    Text,
    /// One JSON document per change, with the same
    Json,
}

/// The arguments of `state`.
#[derive(Debug, Parser)]
#[command(after_help = "\
A TIME is one such as 2026-01-02T03:04:05Z, or +5m for five minutes after the recording's start.")]
pub(crate) struct StateArgs {
    /// Resources, named as in kubectl [default: all that are recorded]
    #[arg(value_name = "RESOURCE", value_delimiter = ',')]
    pub(crate) resources: Vec<String>,

    /// The recording
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Show the objects as they were at this time [default: the end of the recording]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Moment>,

    /// Only objects in this namespace [default: all namespaces]
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,

    /// Output format
    #[arg(short, long, value_enum, default_value_t = StateFormat::Table)]
    pub(crate) output: StateFormat,

    /// Skip what is damaged
    #[arg(long)]
    pub(crate) skip_damaged: bool,
}

/// The output format of `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateFormat {
    /// A line per object
    Table,
    /// A list, which kubectl can read
    Json,
    /// The same in YAML
    Yaml,
}

/// Parses a size in bytes: `500MB`, `1GiB`, or a number.
pub(super) fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kb" => Some(1_000),
        "m" | "mb" => Some(1_000_000),
        "g" | "gb" => Some(1_000_000_000),
        "t" | "tb" => Some(1_000_000_000_000),
        "ki" | "kib" => Some(1 << 10),
        "mi" | "mib" => Some(1 << 20),
        "gi" | "gib" => Some(1 << 30),
        "ti" | "tib" => Some(1_u64 << 40),
        _ => None,
    };
    let size = number.parse::<u64>().ok().zip(unit).and_then(|(n, unit)| n.checked_mul(unit));
    let size = size.filter(|size| *size > 0);
    size.ok_or_else(|| "expected a size such as 500MB or 1GiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_parsed() {
        for (text, size) in
            [("7", 7), ("500MB", 500_000_000), ("1GiB", 1 << 30), ("2 kb", 2_000), ("3Mi", 3 << 20)]
        {
            assert_eq!(parse_size(text), Ok(size), "{text}");
        }
        for text in ["", "0", "MB", "1XB", "-1", "1.5GB", "99999999999TB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
