//! `cargo xtask bench recording`: recording beside the same stream without a file, the length of the file, and replays.

use super::effort::{Effort, ROUNDS};
use super::programs::{Programs, RECORDING, Run};
use super::report::{Case, Target};
use crate::error::Result;

const EVENTS: u32 = 50_000;

/// The target for CPU time without compression, relative to the plain stream of JSON.
const CPU: f64 = 1.3;
/// The target for a replay to one watcher, in µs an event: 20,000 a second.
const REPLAY: f64 = 50.0;

pub(super) fn recording(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let events = effort.count(EVENTS);
    // The same objects again and again, as those of a cluster are.
    let objects = effort.count(EVENTS / 10);
    let server = programs.serve(&["--events", &events, "--objects", &objects])?;
    let args = |variant| ["record", "--count", &events, "--variant", variant];
    let variants = [args(""), args("plain"), args("zst"), args("replay")];
    let runs = [0, 1, 2, 3].map(|at: usize| Run::new(RECORDING, &variants[at]));
    let [json, plain, compressed, replay] =
        programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
    Ok(vec![
        json.beside(&plain, "cpu_us", "CPU an event, beside the plain stream", "µs")?
            .with_target(Target::Ratio(CPU)),
        compressed.beside(&plain, "cpu_us", "the same, compressed", "µs")?,
        // Without a target: the server makes its Pods from one template, which compresses better than a cluster's do.
        compressed.beside(
            &json,
            "file_bytes",
            "the compressed file, an event, beside JSON",
            "B",
        )?,
        Case::new("an event replayed to a watcher", "µs", replay.get("event_us")?, None)
            .with_target(Target::Ours(REPLAY)),
    ])
}
