//! `cargo xtask chaos`: relays, their sinks and a real kube-apiserver are killed, cut and stalled at random.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use ::envtest::ASSETS_VARIABLE;
use clap::Args;

use crate::cargo;
use crate::envtest;
use crate::error::{Failure, Result};

/// What happens, and for how long.
#[derive(Args)]
pub(crate) struct Chaos {
    /// The seed of what happens when [default: random]
    #[arg(long)]
    seed: Option<u64>,
    /// For how many seconds there are faults
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
    /// Keep configurations, logs and files in this folder, also if all is well
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    #[command(flatten)]
    wanted: envtest::Wanted,
}

/// Builds and runs it; fails if a sink lacks anything, or there is no server.
pub(crate) fn chaos(root: &Path, args: &Chaos) -> Result<ExitCode> {
    let assets = envtest::find(root, &args.wanted)
        .map_err(|failure| failure.within("CHAOS DID NOT RUN, there is no real API server"))?;
    let program = cargo::build(root, &["watchables-chaos", "watchables-cli"], "chaos")?;
    let seconds = args.minutes.map_or(args.seconds, |minutes| minutes * 60);
    let mut command = Command::new(program);
    command
        .env(ASSETS_VARIABLE, assets.folder())
        .arg(format!("--seconds={seconds}"))
        .arg(format!("--rate={}", args.rate))
        .arg(format!("--gap={}", args.gap));
    if let Some(seed) = args.seed {
        command.arg(format!("--seed={seed}"));
    }
    if let Some(folder) = &args.keep {
        command.arg("--keep").arg(folder);
    }
    let status =
        command.status().map_err(|error| Failure::new(format!("cannot run chaos: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
