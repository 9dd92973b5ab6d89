//! `cargo xtask bench latency`: time from the server's write to the user's code.

use super::effort::{Effort, ROUNDS};
use super::programs::{FLOOR, OURS, PEER, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

/// Events per second, and their number.
const RATES: [(u32, u32); 2] = [(100, 300), (10_000, 20_000)];
/// The target for the median, relative to a plain socket.
const OVER_BARE: f64 = 1.2;

pub(super) fn latency(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (rate, events) in RATES {
        let events = effort.count(events);
        let server = programs.serve(&["--events", &events, "--rate", &rate.to_string()])?;
        let args = ["latency", "--count", &events];
        let runs = [OURS, PEER, FLOOR].map(|program| Run::new(program, &args));
        let [ours, peer, bare] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
        for (what, figure, target) in [
            ("median", "median_us", Some(Target::Ratio(OVER_BARE))),
            ("99th percentile", "p99_us", None),
        ] {
            let name = format!("Pods, {rate}/s, {what}");
            let ours = ours.get(figure)?;
            cases.push(Case::new(&*name, "µs", ours, peer.get(figure)?));
            let against_floor = format!("{name}, beside a bare socket");
            cases.push(Case::new(against_floor, "µs", ours, bare.get(figure)?).with_target(target));
        }
    }
    Ok(cases)
}
