//! `cargo xtask bench list`: what the state at the beginning takes, delivered and dropped.

use super::effort::{Effort, ROUNDS};
use super::programs::{OURS, PEER, Programs, Turn};
use super::report::{Case, Target};
use crate::error::Result;

const PODS: u32 = 100_000;
/// Of the peer's CPU time.
const CPU: f64 = 0.33;
/// Over the idle process, in megabytes.
const PEAK: f64 = 16.0;

pub(super) fn list(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let pods = effort.count(PODS);
    let server = programs.serve(&["--objects", &pods])?;
    let mut cases = Vec::new();
    for way in ["paged", "streamed"] {
        let args = ["list", "--way", way, "--count", &pods];
        let turns = [OURS, PEER].map(|program| Turn::new(program, &args));
        let [ours, peer] = programs.in_turns(&server, turns, effort.rounds(ROUNDS))?;
        let case = |what, unit, figure, target| {
            let case = Case::new(
                format!("Pods {way}: {what}"),
                unit,
                ours.get(figure)?,
                peer.get(figure)?,
            );
            Ok(case.aiming(target))
        };
        cases.push(case("CPU an item", "µs", "cpu_us", Target::Ratio(CPU))?);
        cases.push(case("peak over idle", "MB", "peak_mb", Target::Ours(PEAK))?);
    }
    Ok(cases)
}
