//! The arguments of `watch`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use watchables::EventType;

use super::format::{Format, FormatParser};
use super::{ClusterArgs, ExpressionArgs, WatchedArgs, parse_duration};
use crate::jsonpath::PathExpression;

/// The arguments of `watch`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Prints one line per event: type, namespace (- if there is none) and name. With several resources,
the name is prefixed with its resource. Existing objects come first, as ADDED, then every change.
What was found by a comparison after a gap in the server's history ends in REPAIRED.

    watchables watch pods,deployments -n shop --diff
    watchables watch pod web-1 web-2 deployment/web
    watchables watch all --only ADDED,DELETED --since-now
    watchables watch pods --where \"object.status.phase != 'Running'\" --stats
    watchables watch -f app.yaml --until \"object.status.phase == 'Running'\" --for 5m
    watchables watch pods --context blue,green --resume pods.redb

Without a kubeconfig, and outside a cluster, starts an embedded demo cluster and watches that.")]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct WatchArgs {
    /// Resources, named as in kubectl (pods, po, deployments.apps, deployments.v1.apps, all), and names of objects:
    /// `pods,services`, `pod web-1 web-2`, `pod/web-1`. A word that names a resource of the server is one
    #[arg(required_unless_present = "filename", value_name = "RESOURCE[/NAME]")]
    pub(crate) resources: Vec<String>,

    #[command(flatten)]
    pub(crate) watched: WatchedArgs,

    /// Watch the objects in this file of YAML or JSON manifests, in those of this folder, or from standard input (-);
    /// may be repeated
    #[arg(short, long, value_name = "FILE")]
    pub(crate) filename: Vec<PathBuf>,

    /// With -f: also the folders in a folder
    #[arg(short = 'R', long, requires = "filename")]
    pub(crate) recursive: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = FormatParser, default_value = "text")]
    pub(crate) output: Format,

    /// Print what changed, a line per field, under each MODIFIED, or in another form. Values of Secrets are not shown.
    /// Changes of heartbeats alone (a Lease's renewTime, the times in a Node's conditions) are left out, as are those of
    /// --ignore. Each object is kept in memory
    #[arg(
        long,
        value_enum,
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "fields"
    )]
    pub(crate) diff: Option<DiffForm>,

    /// With --diff: leave changes of this field out, such as status or 'status.conditions[*].lastProbeTime'; may be
    /// repeated
    #[arg(long, value_name = "PATH", requires = "diff")]
    pub(crate) ignore: Vec<String>,

    /// With -o table, wide and custom-columns: without the line of headings
    #[arg(long)]
    pub(crate) no_headers: bool,

    /// With -o table and wide: with the labels as the last column
    #[arg(long)]
    pub(crate) show_labels: bool,

    /// With -o table and wide: with the values of these labels as columns, with commas between them; may be repeated
    #[arg(short = 'L', long, value_name = "LABEL", value_delimiter = ',')]
    pub(crate) label_columns: Vec<String>,

    /// With -o yaml: with the managed fields of objects, which -o json has in any case
    #[arg(long)]
    pub(crate) show_managed_fields: bool,

    /// Print what exists at the start in the order of this field, such as .metadata.creationTimestamp. It is held back
    /// until all of it is known; later events are printed as they come
    #[arg(long, value_name = "PATH", value_parser = parse_path, conflicts_with = "resume")]
    pub(crate) sort_by: Option<PathExpression>,

    /// Only print events of these types, with commas between them
    #[arg(long, value_enum, ignore_case = true, value_name = "TYPE", value_delimiter = ',')]
    pub(crate) only: Vec<EventName>,

    #[command(flatten)]
    pub(crate) expressions: ExpressionArgs,

    /// Do not print the objects that exist at the start
    #[arg(long)]
    pub(crate) since_now: bool,

    /// Print when each event was received: as a time in UTC, in seconds since the start, or since the event before
    #[arg(
        long,
        value_enum,
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "absolute"
    )]
    pub(crate) timestamps: Option<Stamp>,

    /// Exit after this number of events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,

    /// Exit after this time, such as 10s or 5m
    #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,

    /// Keep in this file how far the output is, and go on from there when started again: what happened meanwhile is
    /// printed, and nothing twice, but for what was printed in the instant before a kill
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,

    /// At the end, print on standard error how many events there were, of what, and which objects changed most. SIGUSR1
    /// (and Ctrl-T where there is SIGINFO) prints it at any time, also without this option
    #[arg(long)]
    pub(crate) stats: bool,

    /// Accepted, as `kubectl get --watch` has it
    #[arg(
        short = 'w',
        long = "watch",
        hide = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = ["true"]
    )]
    pub(crate) _watch: Option<String>,

    /// Accepted, as kubectl has it: events are printed in any case
    #[arg(long = "output-watch-events", hide = true)]
    pub(crate) _output_watch_events: bool,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

impl WatchArgs {
    /// Whether the server's columns are printed.
    pub(crate) fn prints_columns(&self) -> bool {
        matches!(self.output, Format::Table | Format::Wide)
    }
}

fn parse_path(text: &str) -> Result<PathExpression, String> {
    PathExpression::parse(text).map_err(|fault| fault.to_string())
}

/// How a change is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffForm {
    /// A line per field: path, old and new value
    Fields,
    /// The whole object as YAML, with - before old lines and + before new ones
    Full,
    /// A JSON Patch (RFC 6902) on a line
    JsonPatch,
    /// A JSON Merge Patch (RFC 7386) on a line
    JsonMergePatch,
}

/// The type of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum EventName {
    /// Objects that were created, or existed at the start
    Added,
    /// Objects that were changed
    Modified,
    /// Objects that were deleted
    Deleted,
}

impl EventName {
    /// Returns whether an event is of this type.
    pub(crate) fn is(self, etype: EventType) -> bool {
        etype
            == match self {
                Self::Added => EventType::Added,
                Self::Modified => EventType::Modified,
                Self::Deleted => EventType::Deleted,
            }
    }
}

/// How the time of an event is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stamp {
    /// Such as 2026-01-02T03:04:05.678Z
    Absolute,
    /// Seconds since the start
    Relative,
    /// Seconds since the event before
    Delta,
}
