//! `cargo xtask bench watch`: cost of a watch event, from the socket to the user's code.

use super::effort::{Effort, ROUNDS};
use super::programs::{FLOOR, OURS, OURS_COUNTING, PEER, PEER_COUNTING, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

/// A kind, its number of events, and the target for CPU time on the default wire, relative to the peer.
struct Kind {
    name: &'static str,
    plural: &'static str,
    events: u32,
    target: f64,
}

const KINDS: [Kind; 4] = [
    Kind { name: "Pod", plural: "pods", events: 100_000, target: 0.18 },
    Kind { name: "ConfigMap", plural: "configmaps", events: 100_000, target: 0.45 },
    Kind { name: "Event", plural: "events", events: 100_000, target: 0.25 },
    Kind { name: "Node", plural: "nodes", events: 50_000, target: 0.35 },
];

/// The target for CPU time of Pods in JSON, relative to the peer.
const JSON: f64 = 0.30;
/// The target for CPU time of Pods in protobuf, relative to JSON.
const OVER_JSON: f64 = 0.55;
/// The target for CPU time of Pods in JSON, relative to a reader that only finds lines and skips their JSON.
const OVER_FLOOR: f64 = 2.0;
/// The target for CPU time without managed fields, relative to the peer with them.
const WITHOUT_MANAGED_FIELDS: f64 = 0.15;
/// The target for allocations of a Pod.
const ALLOCATIONS: f64 = 120.0;

/// The number of events for counting allocations, which do not vary.
const COUNTED: u32 = 10_000;

pub(super) fn watch(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for kind in KINDS {
        cases.extend(cpu(&kind, programs, effort)?);
        cases.extend(allocations(&kind, programs, effort)?);
    }
    Ok(cases)
}

fn cpu(kind: &Kind, programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let Kind { name, plural, events, target } = kind;
    // The other kinds have a target on the default wire alone.
    let of_pods = |target| (*name == "Pod").then_some(Target::Ratio(target));
    let events = effort.count(*events);
    let server = programs.serve(&["--events", &events])?;
    let args = ["watch", "--resource", plural, "--count", &events];
    let json = [&args[..], &["--wire", "json"]].concat();
    let runs = [
        Run::new(OURS, &args),
        Run::new(OURS, &json),
        Run::new(PEER, &args),
        Run::new(FLOOR, &args),
    ];
    let [ours, in_json, peer, floor] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
    let mut cases = vec![
        ours.beside(&peer, "cpu_us", format!("{name}: CPU an event"), "µs")?
            .with_target(Target::Ratio(*target)),
        ours.beside(&in_json, "cpu_us", format!("{name}: CPU an event, beside our JSON"), "µs")?
            .with_target(of_pods(OVER_JSON)),
        in_json
            .beside(&peer, "cpu_us", format!("{name} in JSON: CPU an event"), "µs")?
            .with_target(of_pods(JSON)),
        in_json
            .beside(
                &floor,
                "cpu_us",
                format!("{name} in JSON: CPU an event, beside skipping it"),
                "µs",
            )?
            .with_target(of_pods(OVER_FLOOR)),
        ours.beside(&peer, "events_s", format!("{name}: events a second"), "1/s")?,
    ];
    if *name == "Pod" {
        let variant = "without managedFields";
        let less = [&args[..], &["--variant", variant]].concat();
        let less_json = [&less[..], &["--wire", "json"]].concat();
        let runs = [Run::new(OURS, &less), Run::new(OURS, &less_json), Run::new(PEER, &args)];
        let [ours, in_json, peer] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
        let case = format!("{name} {variant}, beside the peer's with them: CPU an event");
        let target = Target::Ratio(WITHOUT_MANAGED_FIELDS);
        cases.push(ours.beside(&peer, "cpu_us", case, "µs")?.with_target(target));
        let case = format!("{name} {variant} in JSON, beside the peer's with them: CPU an event");
        cases.push(in_json.beside(&peer, "cpu_us", case, "µs")?);
    }
    Ok(cases)
}

fn allocations(kind: &Kind, programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let Kind { name, plural, .. } = kind;
    let counted = effort.count(COUNTED);
    let server = programs.serve(&["--events", &counted])?;
    let args = ["watch", "--resource", plural, "--count", &counted];
    let json = [&args[..], &["--wire", "json"]].concat();
    let runs = [
        Run::new(OURS_COUNTING, &args),
        Run::new(OURS_COUNTING, &json),
        Run::new(PEER_COUNTING, &args),
    ];
    let [ours, in_json, peer] = programs.alternate(&server, runs, 1)?;
    let target = (*name == "Pod").then_some(Target::Ours(ALLOCATIONS));
    let figure = "allocations";
    Ok(vec![
        ours.beside(&peer, figure, format!("{name}: allocations an event"), "")?
            .with_target(target),
        in_json.beside(&peer, figure, format!("{name} in JSON: allocations an event"), "")?,
    ])
}
