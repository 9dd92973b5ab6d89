//! Chaos with real processes: relays, their sinks, the API server and its etcd are killed, cut and stalled while objects change.
//! Afterwards each sink must have what happened.
//!
//! `cargo xtask chaos` runs it.

mod etcd;
mod history;
mod inject;
mod judge;
mod load;
mod plan;
mod relay;
mod run;
mod sinks;
mod stored;
mod webhook;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// In which namespace objects change, and of which resources.
const NAMESPACE: &str = "chaos";
const RESOURCES: [&str; 2] = ["configmaps", "serviceaccounts"];
/// How many shards the replicas share.
const SHARDS: u32 = 8;

#[derive(Parser)]
struct Args {
    /// The seed of what happens [default: random]
    #[arg(long)]
    seed: Option<u64>,
    /// For how long there are faults
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The same in minutes
    #[arg(long, conflicts_with = "seconds")]
    minutes: Option<u64>,
    /// How many changes a second there are, if the machine is quick enough
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// The mean time from one fault to the next, in milliseconds
    #[arg(long, default_value_t = 2_500)]
    gap: u64,
    /// Only faults whose description contains this, such as `kube-apiserver` or `relay 1`
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// The program that is tested [default: `watchables` beside this one]
    #[arg(long, value_name = "PATH")]
    relay: Option<PathBuf>,
    /// Keep configurations, logs and files, also if all is well
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run::run(&args).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("CHAOS DID NOT RUN: {error}");
            ExitCode::FAILURE
        }
    }
}
