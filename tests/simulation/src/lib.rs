//! Random histories and faults, in virtual time, against the watch protocol's machine.
//!
//! A history is a server on which objects are created, changed, deleted and created again under their
//! old names, while a watcher's managed stream goes through every fault of the protocol. What the
//! consumer is told is checked at every step; in the end it must be where the server is.
//!
//! The same seed makes the same history.

mod consumer;
mod faults;
mod network;
mod server;
mod wire;
mod world;

pub use watch_runtime::simulation::InjectedBug;
pub use world::{Outcome, run};

/// What many histories came to.
#[derive(Debug, Default)]
pub struct Report {
    /// How many there were.
    pub histories: u64,
    /// How many faults they had.
    pub faults: u64,
    /// How many gaps were repaired in them.
    pub repairs: u64,
    /// How many events were delivered.
    pub events: u64,
    /// Seed and account of each that went wrong.
    pub violations: Vec<(u64, String)>,
}

/// Runs the histories of these seeds.
pub fn run_all(seeds: impl IntoIterator<Item = u64>, injected_bug: Option<InjectedBug>) -> Report {
    let mut report = Report::default();
    for seed in seeds {
        let outcome = run(seed, injected_bug);
        report.histories += 1;
        report.faults += outcome.faults;
        report.repairs += outcome.repairs;
        report.events += outcome.events;
        if let Err(violation) = outcome.verdict {
            report.violations.push((seed, violation));
        }
    }
    report
}
