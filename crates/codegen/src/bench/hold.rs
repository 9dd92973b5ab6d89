//! `cargo xtask bench hold`: memory of the objects that the user keeps.

use super::effort::{Effort, ROUNDS};
use super::programs::{FLOOR, OURS, PEER, Programs, Run};
use super::report::Case;
use crate::error::Result;

const PODS: u32 = 100_000;

pub(super) fn hold(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let pods = effort.count(PODS);
    let server = programs.serve(&["--objects", &pods])?;
    let args = ["hold", "--variant", "streamed", "--count", &pods];
    let runs = [OURS, PEER].map(|program| Run::new(program, &args));
    let [ours, peer] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
    let [ours, peer] = [ours.get("held_bytes")?, peer.get("held_bytes")?];
    let json = programs.run(&server, Run::new(FLOOR, &["list", "--count", &pods]))?;
    Ok(vec![
        Case::new("Pod kept in a map", "B", ours, peer),
        Case::new("Pod kept in a map, beside its JSON", "B", ours, json.get("json_bytes")?),
    ])
}
