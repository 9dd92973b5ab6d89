//! `cargo xtask bench`: what our types cost to compile and to decode, beside k8s-openapi's.
//!
//! What is measured lies in `benches/`, a workspace of its own.

mod cargo;
mod compile;
mod cpu;
mod decode;
mod report;
mod subject;
mod wrapper;

use std::path::Path;

use clap::{Args, Subcommand};

use crate::error::Result;
use cargo::Cargo;
use subject::Subject;
pub(crate) use wrapper::in_place_of_rustc;

#[derive(Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
    /// Print one JSON object a line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// CPU time of compiling the newest release, and a program that watches Pods
    Compile {
        /// How often each is compiled, in turns; the median counts
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
        rounds: u16,
    },
    /// Time of decoding recorded objects
    Decode,
}

/// Measures, telling on standard error how far it is; returns the report. That a target is missed is
/// no failure.
pub(crate) fn bench(root: &Path, args: &Bench) -> Result<String> {
    let subject = Subject::read(root)?;
    if let Some(note) = &subject.note {
        eprintln!("note: {note}");
    }
    let cargo = Cargo::new(root)?;
    let report = match args.what {
        What::Compile { rounds } => compile::compile(&cargo, &subject, rounds)?,
        What::Decode => decode::decode(&cargo, &subject)?,
    };
    Ok(if args.json { report.json() } else { report.table() })
}
