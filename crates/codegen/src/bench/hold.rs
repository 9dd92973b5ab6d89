//! `cargo xtask bench hold`: memory of the objects that the user keeps.

use super::effort::{Effort, ROUNDS};
use super::programs::{FLOOR, OURS, PEER, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

const PODS: u32 = 100_000;
/// The target for memory relative to the peer, with and without managed fields on both sides.
const WITH: f64 = 0.25;
const WITHOUT: f64 = 0.40;

pub(super) fn hold(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let pods = effort.count(PODS);
    let server = programs.serve(&["--objects", &pods])?;
    let mut cases = Vec::new();
    let json = programs.run(&server, Run::new(FLOOR, &["list", "--count", &pods]))?;
    for (variant, name, target) in [
        ("streamed", "Pod kept in a map", WITH),
        (
            "without managedFields",
            "Pod kept in a map, without managedFields on both sides",
            WITHOUT,
        ),
    ] {
        let args = ["hold", "--variant", variant, "--count", &pods];
        let in_json = [&args[..], &["--wire", "json"]].concat();
        let runs = [Run::new(OURS, &args), Run::new(OURS, &in_json), Run::new(PEER, &args)];
        let [ours, in_json, peer] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
        let held = "held_bytes";
        cases.push(ours.beside(&peer, held, name, "B")?.with_target(Target::Ratio(target)));
        cases.push(in_json.beside(&peer, held, format!("{name}, in JSON"), "B")?);
        if variant == "streamed" {
            let (ours, json) = (ours.get(held)?, json.get("json_bytes")?);
            cases.push(Case::new("Pod kept in a map, beside its JSON", "B", ours, json));
        }
    }
    Ok(cases)
}
