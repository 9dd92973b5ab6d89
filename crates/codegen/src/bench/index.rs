//! `cargo xtask bench index`: memory of the index of delivered objects, which gap repair needs.

use super::effort::{Effort, ROUNDS};
use super::programs::{OURS, OURS_COUNTING, Programs, Run};
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
        let with = ["index", "--variant", "with", "--count", &pods];
        let without = ["index", "--variant", "without", "--count", &pods];
        let runs = [Run::new(program, &with), Run::new(program, &without)];
        let [with, without] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
        cases.push(Case::new(what, "B", with.get(figure)? - without.get(figure)?, None));
    }
    Ok(cases)
}
