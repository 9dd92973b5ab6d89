//! `cargo xtask bench stop`: from the call that stops a stream to the stream's end.

use super::effort::Effort;
use super::programs::{OURS, PEER, Programs, Turn};
use super::report::Case;
use crate::error::Result;

/// The worst of so many is told: so each side runs once.
pub(super) const ROUNDS: u16 = 1;
const STOPS: u32 = 1_000;

pub(super) fn stop(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let stops = effort.count(STOPS);
    let mut cases = Vec::new();
    for (state, scenario) in [
        ("idle", &["--objects", "1"][..]),
        ("connecting", &["--mute"]),
        ("backing off", &["--cut"]),
    ] {
        let server = programs.serve(scenario)?;
        let args = ["stop", "--way", state, "--count", &stops];
        let turns = [OURS, PEER].map(|program| Turn::new(program, &args));
        let [ours, peer] = programs.in_turns(&server, turns, effort.rounds(ROUNDS))?;
        for (what, figure) in [("median", "median_us"), ("worst", "worst_us")] {
            let name = format!("while {state}, {what} of {stops}");
            cases.push(Case::new(name, "µs", ours.get(figure)?, peer.get(figure)?));
        }
    }
    Ok(cases)
}
