//! `watchables checkpoints`: what is in a file of checkpoints.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use watchables::{CheckpointSummary, Checkpoints};

use crate::aligned::table;
use crate::args::CheckpointsArgs;
use crate::output;

/// Prints a table, or everything as JSON.
pub(crate) fn run(args: &CheckpointsArgs) -> anyhow::Result<()> {
    let summaries = Checkpoints::look_at(&args.file)?;
    let mut out = io::stdout().lock();
    let printed = if args.export {
        let text = serde_json::to_string_pretty(&summaries)?;
        writeln!(out, "{text}")
    } else {
        print_table(&mut out, &summaries, Timestamp::now())
    };
    match printed.and_then(|()| out.flush()) {
        Err(error) if !output::is_broken_pipe(&error) => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

const TITLES: [&str; 7] = ["NAME", "RESOURCE", "ONLY", "VERSION", "OBJECTS", "AGE", "CLUSTER"];

fn print_table(
    out: &mut impl Write,
    summaries: &[CheckpointSummary],
    now: Timestamp,
) -> io::Result<()> {
    let mut rows = vec![TITLES.map(str::to_owned)];
    rows.extend(summaries.iter().map(|summary| row(summary, now)));
    out.write_all(table(&rows, TITLES.len()).as_bytes())
}

fn row(summary: &CheckpointSummary, now: Timestamp) -> [String; 7] {
    let only = [
        summary.namespace.as_ref().map(|namespace| format!("-n {namespace}")),
        summary.label_selector.as_ref().map(|selector| format!("-l {selector}")),
        summary.field_selector.as_ref().map(|selector| format!("--field-selector {selector}")),
        summary.shard.clone(),
    ];
    let only: Vec<_> = only.into_iter().flatten().collect();
    let version = match &summary.resource_version {
        Some(version) => version.clone(),
        None if summary.has_synced => "-".to_owned(),
        None => "(first state incomplete)".to_owned(),
    };
    let age = Duration::try_from(now.duration_since(summary.time)).unwrap_or_default();
    [
        summary.name.clone(),
        summary.resource.clone(),
        if only.is_empty() { "-".to_owned() } else { only.join(" ") },
        version,
        summary.objects.len().to_string(),
        age_text(age),
        summary.cluster.clone(),
    ]
}

/// Returns an age in its largest unit, as kubectl does: `45s`, `12m`, `3h`, `9d`.
fn age_text(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..120 => format!("{seconds}s"),
        seconds @ 120..7_200 => format!("{}m", seconds / 60),
        seconds @ 7_200..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}
