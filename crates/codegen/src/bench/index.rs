//! `cargo xtask bench index`: what the memory of what was delivered takes, by which gaps are repaired.

use super::effort::{Effort, ROUNDS};
use super::programs::{OURS, OURS_COUNTING, Programs, Turn};
use super::report::Case;
use crate::error::Result;

const PODS: u32 = 100_000;

pub(super) fn index(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let pods = effort.count(PODS);
    let server = programs.serve(&["--objects", &pods])?;
    let mut cases = Vec::new();
    for (what, program, figure) in [
        ("an object, as asked of the allocator", OURS_COUNTING, "heap_bytes"),
        ("an object, in memory", OURS, "held_bytes"),
    ] {
        let with = ["index", "--way", "with", "--count", &pods];
        let without = ["index", "--way", "without", "--count", &pods];
        let turns = [Turn::new(program, &with), Turn::new(program, &without)];
        let [with, without] = programs.in_turns(&server, turns, effort.rounds(ROUNDS))?;
        cases.push(Case::new(what, "B", with.get(figure)? - without.get(figure)?, None));
    }
    Ok(cases)
}
