//! The arguments of `convert`.

use std::path::PathBuf;

use clap::Parser;
use jiff::Timestamp;

/// The arguments of `convert`.
#[derive(Debug, Parser)]
#[command(after_help = "\
A recording of `watchables record` becomes one that KWOK replays, and a recording of KWOK becomes one of this program:

    watchables convert day.jsonl.zst -o day.yaml
    kwokctl snapshot replay --path day.yaml

    kwokctl snapshot record --path kwok.yaml
    watchables convert kwok.yaml -o kwok.jsonl.zst
    watchables replay kwok.jsonl.zst

What the input is, is seen from what is in it. KWOK keeps no resource versions, no managed fields and no time of day: they
are missing in its recordings, and are made up for what is converted from them.")]
pub(crate) struct ConvertArgs {
    /// The recording, or a file of YAML documents that `kwokctl snapshot record` has written
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,

    /// The file to create. From KWOK: a recording, compressed if the name ends with .zst
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,

    /// From KWOK: when its snapshot was taken [default: when the newest object in it was created]
    #[arg(long, value_name = "TIME")]
    pub(crate) start: Option<Timestamp>,

    /// From KWOK: keep the values of Secrets
    #[arg(long)]
    pub(crate) with_secrets: bool,

    /// From a recording: skip what is damaged
    #[arg(long)]
    pub(crate) skip_damaged: bool,
}
