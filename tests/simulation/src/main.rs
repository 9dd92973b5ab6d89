//! `simulate`: runs many histories, and prints the result in one line.

use std::process::ExitCode;

use clap::Parser;
use watchables_simulation::run_all;

/// Runs random histories and faults against the watch protocol's machine
#[derive(Parser)]
#[command(name = "simulate")]
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
    let report = run_all(seed, runs, None);
    for (seed, violation) in report.violations.iter().take(10) {
        eprintln!("seed {seed}: {violation}");
        eprintln!("  again: cargo xtask simulate --runs 1 --seed {seed}");
    }
    println!(
        "{} histories, {} faults, {} violations",
        report.histories,
        report.faults,
        report.violations.len()
    );
    if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
