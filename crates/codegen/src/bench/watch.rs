//! `cargo xtask bench watch`: what an event of a watch takes, from the socket to the user's code.

use super::effort::{Effort, ROUNDS};
use super::programs::{FLOOR, OURS, OURS_COUNTING, PEER, PEER_COUNTING, Programs, Turn};
use super::report::{Case, Target};
use crate::error::Result;

/// What is watched, how many events of it, and the most that ours is to take of the peer's CPU time.
const KINDS: [(&str, &str, u32, f64); 4] = [
    ("Pod", "pods", 100_000, 0.33),
    ("ConfigMap", "configmaps", 100_000, 0.6),
    ("Event", "events", 100_000, 0.6),
    ("Node", "nodes", 50_000, 0.6),
];

/// Of the CPU time of a reader that only finds lines and skips their JSON.
const OVER_FLOOR: f64 = 2.0;

/// Of the peer's CPU time, where ours leaves the managed fields out.
const WITHOUT_MANAGED_FIELDS: f64 = 0.25;

/// How many events allocations are counted over: they do not vary.
const COUNTED: u32 = 10_000;

pub(super) fn watch(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (kind, plural, events, target) in KINDS {
        let events = effort.count(events);
        let server = programs.serve(&["--events", &events])?;
        let args = ["watch", "--kind", plural, "--count", &events];
        let turns = [OURS, PEER, FLOOR].map(|program| Turn::new(program, &args));
        let [ours, peer, floor] = programs.in_turns(&server, turns, effort.rounds(ROUNDS))?;

        if kind == "Pod" {
            let way = "without managedFields";
            let less = ["watch", "--kind", plural, "--way", way, "--count", &events];
            let turns = [Turn::new(OURS, &less), Turn::new(PEER, &args)];
            let [without, peer] = programs.in_turns(&server, turns, effort.rounds(ROUNDS))?;
            let name = format!("{kind} {way}, beside the peer's with them: CPU an event");
            let case = Case::new(name, "µs", without.get("cpu_us")?, peer.get("cpu_us")?);
            cases.push(case.aiming(Target::Ratio(WITHOUT_MANAGED_FIELDS)));
        }
        let cpu = ours.get("cpu_us")?;
        cases.push(
            Case::new(format!("{kind}: CPU an event"), "µs", cpu, peer.get("cpu_us")?)
                .aiming(Target::Ratio(target)),
        );
        let over_floor = Case::new(
            format!("{kind}: CPU an event, beside skipping it"),
            "µs",
            cpu,
            floor.get("cpu_us")?,
        );
        // The aim is spoken of for Pods alone.
        cases.push(over_floor.aiming((kind == "Pod").then_some(Target::Ratio(OVER_FLOOR))));
        let [ours, peer] = [ours.get("events_s")?, peer.get("events_s")?];
        cases.push(Case::new(format!("{kind}: events a second"), "1/s", ours, peer));

        let counted = effort.count(COUNTED);
        let args = ["watch", "--kind", plural, "--count", &counted];
        let turns = [OURS_COUNTING, PEER_COUNTING].map(|program| Turn::new(program, &args));
        let [ours, peer] = programs.in_turns(&server, turns, 1)?;
        let [ours, peer] = [ours.get("allocations")?, peer.get("allocations")?];
        cases.push(Case::new(format!("{kind}: allocations an event"), "", ours, peer));
    }
    Ok(cases)
}
