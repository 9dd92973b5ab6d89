//! `cargo xtask bench mux`: what the multiplexer adds to the watchers in it.

use super::effort::{Effort, ROUNDS};
use super::programs::{OURS, Programs, Turn};
use super::report::{Case, Target};
use crate::error::Result;

/// Of each of the four kinds.
const EVENTS: u32 = 10_000;
/// Of the CPU time of the watchers without it.
const OVERHEAD: f64 = 1.05;

pub(super) fn mux(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let events = effort.count(EVENTS);
    let server = programs.serve(&["--events", &events])?;
    let args = ["mux", "bare"].map(|way| ["mux", "--way", way, "--count", &events]);
    let turns = [Turn::new(OURS, &args[0]), Turn::new(OURS, &args[1])];
    let [mux, bare] = programs.in_turns(&server, turns, effort.rounds(ROUNDS))?;
    let [mux, bare] = [mux.get("cpu_us")?, bare.get("cpu_us")?];
    let case = Case::new("CPU an event, beside bare watchers", "µs", mux, bare);
    Ok(vec![case.aiming(Target::Ratio(OVERHEAD))])
}
