//! `cargo xtask bench mux`: CPU time that the multiplexer adds to its watchers.

use super::effort::{Effort, ROUNDS};
use super::programs::{OURS, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

/// The number of events of each of the four kinds.
const EVENTS: u32 = 10_000;
/// The target for CPU time, relative to the merged streams.
const OVERHEAD: f64 = 1.05;

pub(super) fn mux(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let events = effort.count(EVENTS);
    let server = programs.serve(&["--events", &events])?;
    let args = ["mux", "separate"].map(|variant| ["mux", "--variant", variant, "--count", &events]);
    let runs = [Run::new(OURS, &args[0]), Run::new(OURS, &args[1])];
    let [mux, separate] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
    let [mux, separate] = [mux.get("cpu_us")?, separate.get("cpu_us")?];
    let case = Case::new("CPU an event, beside bare watchers", "µs", mux, separate);
    Ok(vec![case.with_target(Target::Ratio(OVERHEAD))])
}
