//! `cargo xtask simulate`: builds and runs tests/simulation, or tests/durable-simulation.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cargo;
use crate::error::{Failure, Result};

/// The arguments of the simulation.
#[derive(Args)]
pub(crate) struct Simulate {
    /// Number of histories
    #[arg(long, default_value_t = 20_000)]
    runs: u64,
    /// The seed of the first history; each later one increments it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Histories of durable streams, whose process is killed at any step
    #[arg(long)]
    durable: bool,
}

/// Runs the histories; fails if one of them fails.
pub(crate) fn simulate(root: &Path, args: &Simulate) -> Result<ExitCode> {
    let package =
        if args.durable { "watchables-durable-simulation" } else { "watchables-simulation" };
    let status = cargo::command()
        .current_dir(root)
        .args(["run", "--quiet", "--release", "--package", package, "--"])
        .args([format!("--runs={}", args.runs), format!("--seed={}", args.seed)])
        .status()
        .map_err(|error| Failure::new(format!("cannot run cargo: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
