//! `cargo xtask bench list`: cost of the initial list, with objects delivered and dropped.

use super::effort::{Effort, ROUNDS};
use super::programs::{OURS, PEER, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

const PODS: u32 = 100_000;
/// The target for CPU time, relative to the peer.
const CPU: f64 = 0.33;
/// The target for peak memory over the idle process, in megabytes.
const PEAK: f64 = 16.0;

pub(super) fn list(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let pods = effort.count(PODS);
    let server = programs.serve(&["--objects", &pods])?;
    let mut cases = Vec::new();
    for variant in ["paged", "streamed"] {
        let args = ["list", "--variant", variant, "--count", &pods];
        let runs = [OURS, PEER].map(|program| Run::new(program, &args));
        let [ours, peer] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
        let case = |what, unit, figure, target| {
            let case = Case::new(
                format!("Pods {variant}: {what}"),
                unit,
                ours.get(figure)?,
                peer.get(figure)?,
            );
            Ok(case.with_target(target))
        };
        cases.push(case("CPU an item", "µs", "cpu_us", Target::Ratio(CPU))?);
        cases.push(case("peak over idle", "MB", "peak_mb", Target::Ours(PEAK))?);
    }
    Ok(cases)
}
