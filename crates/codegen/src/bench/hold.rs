//! `cargo xtask bench hold`: what an object takes that the user keeps.

use super::effort::{Effort, ROUNDS};
use super::programs::{FLOOR, OURS, PEER, Programs, Turn};
use super::report::Case;
use crate::error::Result;

const PODS: u32 = 100_000;

pub(super) fn hold(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let pods = effort.count(PODS);
    let server = programs.serve(&["--objects", &pods])?;
    let args = ["hold", "--way", "streamed", "--count", &pods];
    let turns = [OURS, PEER].map(|program| Turn::new(program, &args));
    let [ours, peer] = programs.in_turns(&server, turns, effort.rounds(ROUNDS))?;
    let [ours, peer] = [ours.get("held_bytes")?, peer.get("held_bytes")?];
    let json = programs.run(&server, Turn::new(FLOOR, &["list", "--count", &pods]))?;
    Ok(vec![
        Case::new("Pod kept in a map", "B", ours, peer),
        Case::new("Pod kept in a map, beside its JSON", "B", ours, json.get("json_bytes")?),
    ])
}
