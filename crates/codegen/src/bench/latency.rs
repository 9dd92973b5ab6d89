//! `cargo xtask bench latency`: from the server's write to the user's code.

use super::effort::{Effort, ROUNDS};
use super::programs::{FLOOR, OURS, PEER, Programs, Turn};
use super::report::{Case, Target};
use crate::error::Result;

/// Events a second, and how many of them.
const PACES: [(u32, u32); 2] = [(100, 300), (10_000, 20_000)];
/// Of a bare socket's median.
const OVER_BARE: f64 = 1.2;

pub(super) fn latency(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (rate, events) in PACES {
        let events = effort.count(events);
        let server = programs.serve(&["--events", &events, "--rate", &rate.to_string()])?;
        let args = ["latency", "--count", &events];
        let turns = [OURS, PEER, FLOOR].map(|program| Turn::new(program, &args));
        let [ours, peer, bare] = programs.in_turns(&server, turns, effort.rounds(ROUNDS))?;
        for (what, figure, target) in [
            ("median", "median_us", Some(Target::Ratio(OVER_BARE))),
            ("99th percentile", "p99_us", None),
        ] {
            let name = format!("Pods, {rate}/s, {what}");
            let ours = ours.get(figure)?;
            cases.push(Case::new(&*name, "µs", ours, peer.get(figure)?));
            let beside = format!("{name}, beside a bare socket");
            cases.push(Case::new(beside, "µs", ours, bare.get(figure)?).aiming(target));
        }
    }
    Ok(cases)
}
