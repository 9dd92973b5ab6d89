//! `cargo xtask bench idle`: a thousand watchers that receive no events.

use super::effort::{Effort, ROUNDS};
use super::programs::{FLOOR, OURS, PEER, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

const WATCHERS: u32 = 1_000;
/// The target for memory over that of a plain watch with the same client, in kilobytes per watcher.
const MEMORY: f64 = 40.0;
/// The target for stopping all, in milliseconds.
const STOP: f64 = 50.0;

pub(super) fn idle(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let watchers = effort.count(WATCHERS);
    let server = programs.serve(&["--objects", "1", "--bookmarks", "60"])?;
    let args = ["idle", "--count", &watchers];
    let runs = [OURS, PEER, FLOOR].map(|program| Run::new(program, &args));
    let [ours, peer, bare] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
    let bare = bare.get("memory_kb")?;
    let case = |what: &str, unit, figure, less| {
        Ok(Case::new(what, unit, ours.get(figure)? - less, peer.get(figure)? - less))
    };
    Ok(vec![
        case("memory a watcher over its socket's", "KB", "memory_kb", bare)?
            .with_target(Target::Ours(MEMORY)),
        case("memory a watcher, in all", "KB", "memory_kb", 0.0)?,
        case(&format!("sockets of {watchers} watchers"), "", "sockets", 0.0)?,
        case(&format!("CPU a minute of {watchers} watchers"), "ms", "minute_ms", 0.0)?,
        case(&format!("stop of {watchers} watchers"), "ms", "stop_ms", 0.0)?
            .with_target(Target::Ours(STOP)),
    ])
}
