//! `cargo xtask bench stop`: time from the call that stops a stream to its end.

use super::effort::Effort;
use super::programs::{OURS, PEER, Programs, Run};
use super::report::Case;
use crate::error::Result;

/// Each side runs once: it reports the worst of many stops.
pub(super) const ROUNDS: u16 = 1;
const STOPS: u32 = 1_000;

pub(super) fn stop(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let stops = effort.count(STOPS);
    let mut cases = Vec::new();
    for (phase, scenario) in [
        ("idle", &["--objects", "1"][..]),
        ("connecting", &["--no-response"]),
        ("backing off", &["--disconnect"]),
    ] {
        let server = programs.serve(scenario)?;
        let args = ["stop", "--variant", phase, "--count", &stops];
        let runs = [OURS, PEER].map(|program| Run::new(program, &args));
        let [ours, peer] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
        for (what, figure) in [("median", "median_us"), ("worst", "worst_us")] {
            let name = format!("while {phase}, {what} of {stops}");
            cases.push(ours.beside(&peer, figure, name, "µs")?);
        }
    }
    Ok(cases)
}
