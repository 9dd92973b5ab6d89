//! Histories of durable streams: the simulation's servers and faults, and a process that is killed at any step, also in
//! the middle of a commit. What it has committed must survive, as a whole; what it has not must come again.
//!
//! One in four histories writes to the real database and its journal, on a disk that loses, tears and reorders what was
//! not synced. The others write to rows in memory, which is quicker, and meet the same kills.

mod disk;
mod process;
mod rows;
mod sabotage;

use process::Process;
pub use sabotage::Sabotage;
use watchables_simulation::{Outcome, Report, run_durable, run_each};

/// Runs the history of a seed.
pub fn run(seed: u64, sabotage: Option<Sabotage>) -> Outcome {
    run_durable(seed, Process::new(seed.is_multiple_of(4), sabotage))
}

/// Runs so many histories, of this seed and the ones that follow it.
///
/// # Panics
///
/// When a history panics.
pub fn run_all(seed: u64, runs: u64) -> Report {
    run_each(seed, runs, |seed| run(seed, None))
}
