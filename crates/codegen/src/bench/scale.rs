//! `cargo xtask bench scale`: the largest cluster that Kubernetes supports, through the multiplexer.

use super::effort::Effort;
use super::programs::{OURS, PEER, Programs, Turn};
use super::report::Case;
use crate::error::Result;

/// It takes more than a minute: so each side runs once.
pub(super) const ROUNDS: u16 = 1;
const PODS: u32 = 150_000;
/// How many kinds there are besides, and objects of each.
const KINDS: u32 = 40;
const OTHERS: u32 = 2_500;
/// Changes of Pods a second, and in all: for a minute. The other kinds have their share, and all together
/// 1,000 a second.
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
    // The programs fail where a change is missing or comes twice.
    let turns = [OURS, PEER].map(|program| Turn::new(program, &args));
    let [ours, peer] = programs.in_turns(&server, turns, effort.rounds(ROUNDS))?;
    let case =
        |what: &str, unit, figure| Ok(Case::new(what, unit, ours.get(figure)?, peer.get(figure)?));
    Ok(vec![
        case("the state: CPU an object", "µs", "cpu_us")?,
        case("1,000 changes/s: CPU a change", "µs", "change_us")?,
        case("the process at most", "MB", "most_mb")?,
        case("lag of a Pod's change, median", "µs", "median_us")?,
        case("lag of a Pod's change, 99th percentile", "µs", "p99_us")?,
    ])
}
