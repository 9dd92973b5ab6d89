//! `cargo xtask bench list`: cost of the initial list, with objects delivered and dropped.

use super::effort::{Effort, ROUNDS};
use super::programs::{OURS, PEER, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

const PODS: u32 = 100_000;
/// The variants, with the target for CPU time on the default wire, relative to the peer.
const VARIANTS: [(&str, f64); 2] = [("paged", 0.14), ("streamed", 0.22)];
/// The target for peak memory over the idle process, in megabytes.
const PEAK: f64 = 16.0;

pub(super) fn list(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let pods = effort.count(PODS);
    let server = programs.serve(&["--objects", &pods])?;
    let mut cases = Vec::new();
    for (variant, target) in VARIANTS {
        let args = ["list", "--variant", variant, "--count", &pods];
        let json = [&args[..], &["--wire", "json"]].concat();
        let runs = [Run::new(OURS, &args), Run::new(OURS, &json), Run::new(PEER, &args)];
        let [ours, in_json, peer] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
        let name = |what| format!("Pods {variant}: {what}");
        let peak = Target::Ours(PEAK);
        cases.extend([
            ours.beside(&peer, "cpu_us", name("CPU an item"), "µs")?
                .with_target(Target::Ratio(target)),
            in_json.beside(&peer, "cpu_us", name("CPU an item, in JSON"), "µs")?,
            ours.beside(&peer, "peak_mb", name("peak over idle"), "MB")?.with_target(peak),
            in_json
                .beside(&peer, "peak_mb", name("peak over idle, in JSON"), "MB")?
                .with_target(peak),
        ]);
    }
    Ok(cases)
}
