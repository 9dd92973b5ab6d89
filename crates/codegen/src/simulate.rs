//! `cargo xtask simulate`: builds the simulation of tests/simulation, and runs it.

use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::cargo;
use crate::error::{Failure, Result};

/// What is passed on.
#[derive(Args)]
pub(crate) struct Simulate {
    /// How many histories
    #[arg(long, default_value_t = 20_000)]
    runs: u64,
    /// The seed of the first; each later one has the next
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the histories; fails where one of them went wrong.
pub(crate) fn simulate(root: &Path, args: &Simulate) -> Result<ExitCode> {
    let status = Command::new(cargo::program())
        .current_dir(root)
        .args(["run", "--quiet", "--release", "--package", "watchables-simulation", "--"])
        .args([format!("--runs={}", args.runs), format!("--seed={}", args.seed)])
        .status()
        .map_err(|error| Failure::new(format!("cannot run cargo: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
