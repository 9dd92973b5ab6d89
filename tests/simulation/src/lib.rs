//! Random histories and faults, in virtual time, against the watch protocol's machine.
//!
//! In a history, a server's objects are created, changed, deleted and created again under their old
//! names, while a watcher's managed stream meets every fault of the protocol. Every event is
//! checked, and at the end the consumer must have what the server has.
//!
//! A seed determines a history.

mod consumer;
mod durability;
mod faults;
mod injection;
mod link;
mod network;
mod oddities;
mod rejections;
mod server;
mod wire;
mod world;

use std::num::NonZero;
use std::{panic, thread};

pub use durability::{Durability, Handed, Restart};
pub use watch_protocol::simulation::InjectedBug;
pub use world::{Outcome, run, run_durable};

/// The result of many histories.
#[derive(Debug, Default)]
pub struct Report {
    /// Histories run.
    pub histories: u64,
    /// Faults injected.
    pub faults: u64,
    /// Gaps repaired.
    pub repairs: u64,
    /// Events delivered.
    pub events: u64,
    /// Responses in protobuf.
    pub protobuf_responses: u64,
    /// How often the process was killed.
    pub kills: u64,
    /// Seed and description of each violation.
    pub violations: Vec<(u64, String)>,
}

/// Runs so many histories, of this seed and the ones that follow it, on as many threads as the machine has cores.
/// The report does not depend on how many. After the largest seed comes 0.
///
/// # Panics
///
/// When a history panics.
pub fn run_all(seed: u64, runs: u64, injected_bug: Option<InjectedBug>) -> Report {
    run_each(seed, runs, |seed| run(seed, injected_bug))
}

/// Runs so many histories as [`run_all`] does, each with this function.
///
/// # Panics
///
/// When a history panics.
pub fn run_each(seed: u64, runs: u64, run: impl Fn(u64) -> Outcome + Sync) -> Report {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut report = Report::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|skipped| {
                let runs = (0..runs).skip(skipped).step_by(threads);
                let seeds = runs.map(move |run| seed.wrapping_add(run));
                let run = &run;
                scope.spawn(move || run_in_turn(seeds, run))
            })
            .collect();
        for worker in workers {
            report.add(worker.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
    });
    report.violations.sort();
    report
}

fn run_in_turn(seeds: impl Iterator<Item = u64>, run: impl Fn(u64) -> Outcome) -> Report {
    let mut report = Report::default();
    for seed in seeds {
        let outcome = run(seed);
        report.histories += 1;
        report.faults += outcome.faults;
        report.repairs += outcome.repairs;
        report.events += outcome.events;
        report.protobuf_responses += outcome.protobuf_responses;
        report.kills += outcome.kills;
        if let Err(violation) = outcome.verdict {
            report.violations.push((seed, violation));
        }
    }
    report
}

impl Report {
    fn add(&mut self, other: Self) {
        self.histories += other.histories;
        self.faults += other.faults;
        self.repairs += other.repairs;
        self.events += other.events;
        self.protobuf_responses += other.protobuf_responses;
        self.kills += other.kills;
        self.violations.extend(other.violations);
    }
}
