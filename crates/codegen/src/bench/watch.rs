//! `cargo xtask bench watch`: cost of a watch event, from the socket to the user's code.

use super::effort::{Effort, ROUNDS};
use super::programs::{FLOOR, OURS, OURS_COUNTING, PEER, PEER_COUNTING, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

/// Kind, plural, number of events, and the target for CPU time, relative to the peer.
const KINDS: [(&str, &str, u32, f64); 4] = [
    ("Pod", "pods", 100_000, 0.33),
    ("ConfigMap", "configmaps", 100_000, 0.6),
    ("Event", "events", 100_000, 0.6),
    ("Node", "nodes", 50_000, 0.6),
];

/// The target for CPU time, relative to a reader that only finds lines and skips their JSON.
const OVER_FLOOR: f64 = 2.0;

/// The target for CPU time without managed fields, relative to the peer with them.
const WITHOUT_MANAGED_FIELDS: f64 = 0.25;

/// The number of events for counting allocations, which do not vary.
const COUNTED: u32 = 10_000;

pub(super) fn watch(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (kind, plural, events, target) in KINDS {
        let events = effort.count(events);
        let server = programs.serve(&["--events", &events])?;
        let args = ["watch", "--resource", plural, "--count", &events];
        let runs = [OURS, PEER, FLOOR].map(|program| Run::new(program, &args));
        let [ours, peer, floor] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;

        if kind == "Pod" {
            let variant = "without managedFields";
            let less = ["watch", "--resource", plural, "--variant", variant, "--count", &events];
            let runs = [Run::new(OURS, &less), Run::new(PEER, &args)];
            let [without, peer] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
            let name = format!("{kind} {variant}, beside the peer's with them: CPU an event");
            let case = Case::new(name, "µs", without.get("cpu_us")?, peer.get("cpu_us")?);
            cases.push(case.with_target(Target::Ratio(WITHOUT_MANAGED_FIELDS)));
        }
        let cpu = ours.get("cpu_us")?;
        cases.push(
            Case::new(format!("{kind}: CPU an event"), "µs", cpu, peer.get("cpu_us")?)
                .with_target(Target::Ratio(target)),
        );
        let over_floor = Case::new(
            format!("{kind}: CPU an event, beside skipping it"),
            "µs",
            cpu,
            floor.get("cpu_us")?,
        );
        // Only Pods have a target.
        cases.push(over_floor.with_target((kind == "Pod").then_some(Target::Ratio(OVER_FLOOR))));
        let [ours, peer] = [ours.get("events_s")?, peer.get("events_s")?];
        cases.push(Case::new(format!("{kind}: events a second"), "1/s", ours, peer));

        let counted = effort.count(COUNTED);
        let args = ["watch", "--resource", plural, "--count", &counted];
        let runs = [OURS_COUNTING, PEER_COUNTING].map(|program| Run::new(program, &args));
        let [ours, peer] = programs.alternate(&server, runs, 1)?;
        let [ours, peer] = [ours.get("allocations")?, peer.get("allocations")?];
        cases.push(Case::new(format!("{kind}: allocations an event"), "", ours, peer));
    }
    Ok(cases)
}
