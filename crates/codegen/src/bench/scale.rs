//! `cargo xtask bench scale`: the largest cluster that Kubernetes supports, through the multiplexer.

use super::effort::Effort;
use super::programs::{OURS, PEER, Programs, Run};
use super::report::Case;
use crate::error::Result;

/// Each side runs once, which takes more than a minute.
pub(super) const ROUNDS: u16 = 1;
const PODS: u32 = 150_000;
/// The number of other kinds, and of objects of each.
const KINDS: u32 = 40;
const OTHERS: u32 = 2_500;
/// Changes of Pods per second and in total, for a minute. With the changes of the other kinds, which are
/// in proportion, the rate is 1,000 per second.
const RATE: &str = "600";
const CHANGES: u32 = 36_000;

pub(super) fn scale(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let [pods, others, changes] = [PODS, OTHERS, CHANGES].map(|full| effort.count(full));
    let server = programs.serve(&[
        "--objects",
        &pods,
        "--custom",
        &others,
        "--events",
        &changes,
        "--rate",
        RATE,
    ])?;
    let objects = effort.count(PODS + KINDS * OTHERS);
    let all = effort.count(CHANGES + KINDS * (CHANGES * OTHERS / PODS));
    let kinds = KINDS.to_string();
    let args = ["scale", "--count", &objects, "--changes", &all, "--kinds", &kinds];
    // The programs fail if a change is missing or duplicated.
    let runs = [OURS, PEER].map(|program| Run::new(program, &args));
    let [ours, peer] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
    let case = |what: &str, unit, figure| ours.beside(&peer, figure, what, unit);
    Ok(vec![
        case("initial list: CPU an object", "µs", "cpu_us")?,
        case("1,000 changes/s: CPU a change", "µs", "change_us")?,
        case("peak memory", "MB", "most_mb")?,
        case("lag of a Pod's change, median", "µs", "median_us")?,
        case("lag of a Pod's change, 99th percentile", "µs", "p99_us")?,
    ])
}
