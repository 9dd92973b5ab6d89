//! `cargo xtask bench durable`: durable streams beside the same streams without checkpoints.

use super::effort::{Effort, ROUNDS};
use super::programs::{OURS, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

const EVENTS: u32 = 50_000;
const PODS: u32 = 150_000;

/// The target for CPU time relative to the same stream without commits.
const CPU: f64 = 1.15;
/// The targets for a commit: in ms, and relative to a bare fsync.
const COMMIT_MS: f64 = 5.0;
const OVER_FSYNC: f64 = 1.5;
/// The target for the file of the largest cluster in MB.
const FILE_MB: f64 = 20.0;
/// The target for a restart relative to a first start.
const RESTART: f64 = 0.3;

pub(super) fn durable(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let events = effort.count(EVENTS);
    let server = programs.serve(&["--events", &events])?;
    let args = ["durable", "--count", &events];
    let plain = [&args[..], &["--variant", "plain"]].concat();
    let runs = [Run::new(OURS, &args), Run::new(OURS, &plain)];
    let [durable, plain] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
    let commit = durable.get("commit_ms")?;
    let mut cases = vec![
        durable
            .beside(&plain, "cpu_us", "CPU an event, beside the plain stream", "µs")?
            .with_target(Target::Ratio(CPU)),
        Case::new("a commit of 100 events", "ms", commit, None)
            .with_target(Target::Ours(COMMIT_MS)),
        Case::new("the same, beside a bare fsync", "ms", commit, durable.get("fsync_ms")?)
            .with_target(Target::Ratio(OVER_FSYNC)),
    ];
    drop(server);
    let pods = effort.count(PODS);
    let server = programs.serve(&["--objects", &pods])?;
    let restart = ["durable", "--count", &pods, "--variant", "restart"];
    let [restart] =
        programs.alternate(&server, [Run::new(OURS, &restart)], effort.rounds(ROUNDS))?;
    let [again, first] = [restart.get("restart_ms")?, restart.get("first_ms")?];
    cases.push(
        Case::new("from the start until live, beside a first start", "ms", again, first)
            .with_target(Target::Ratio(RESTART)),
    );
    cases.push(
        Case::new("the file of 150,000 Pods", "MB", restart.get("file_mb")?, None)
            .with_target(Target::Ours(FILE_MB)),
    );
    Ok(cases)
}
