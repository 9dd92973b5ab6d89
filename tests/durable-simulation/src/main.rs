//! `simulate-durable`: runs many histories of durable streams, and prints the result in one line.

use std::process::ExitCode;

use clap::Parser;
use watchables_durable_simulation::run_all;

/// Runs random histories of durable streams, whose process is killed at any step
#[derive(Parser)]
#[command(name = "simulate-durable")]
struct Cli {
    /// How many histories
    #[arg(long, default_value_t = 20_000)]
    runs: u64,
    /// The seed of the first; each later one has the next
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let Cli { runs, seed } = Cli::parse();
    let report = run_all(seed, runs);
    for (seed, violation) in report.violations.iter().take(10) {
        eprintln!("seed {seed}: {violation}");
        eprintln!("  again: cargo xtask simulate --durable --runs 1 --seed {seed}");
    }
    println!(
        "{} histories of durable streams, {} faults, {} kills, {} violations",
        report.histories,
        report.faults,
        report.kills,
        report.violations.len()
    );
    if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
