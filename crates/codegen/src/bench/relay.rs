//! `cargo xtask bench relay`: the relay beside the plain stream, and beside kube-runtime with async-nats, all into NATS
//! JetStream's store in memory.

use super::effort::{Effort, ROUNDS};
use super::nats::Nats;
use super::programs::{Programs, RELAY_OURS, RELAY_PEER, Run};
use super::report::{Case, Target};
use crate::error::Result;

const EVENTS: u32 = 50_000;
/// The objects that change.
const PODS: u32 = 5_000;
/// Events per second, and their number, where the delay is measured.
const LAG: (u32, u32) = (1_000, 10_000);

/// The targets for CPU time: relative to the plain stream of JSON, and to the peer.
const OVER_PLAIN: f64 = 2.0;
const OVER_PEER: f64 = 0.5;
/// The target for the time of an event, in µs: 20,000 a second.
const EVENT: f64 = 50.0;
/// The target for the memory beside that of the plain stream, in MB.
const MEMORY: f64 = 40.0;
/// The target for the median of the delay, in µs.
const MEDIAN: f64 = 5_000.0;

pub(super) fn relay(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let nats = Nats::start()?;
    let events = effort.count(EVENTS);
    let server = programs.serve(&["--events", &events, "--objects", &effort.count(PODS)])?;
    let all = (effort.scaled(EVENTS) + effort.scaled(PODS)).to_string();
    let args = |variant| ["relay", "--count", &all, "--nats", nats.url(), "--variant", variant];
    let [ours, plain, pipelined] = [args(""), args("plain"), args("pipelined")];
    let runs = [
        Run::new(RELAY_OURS, &ours),
        Run::new(RELAY_OURS, &plain),
        Run::new(RELAY_PEER, &ours),
        Run::new(RELAY_PEER, &pipelined),
    ];
    let [ours, plain, naive, pipelined] =
        programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
    drop(server);
    let case = "CPU an event, beside";
    let mut cases = vec![
        ours.beside(&plain, "cpu_us", format!("{case} the plain stream"), "µs")?
            .with_target(Target::Ratio(OVER_PLAIN)),
        ours.beside(&naive, "cpu_us", format!("{case} kube-runtime and async-nats"), "µs")?
            .with_target(Target::Ratio(OVER_PEER)),
        ours.beside(&pipelined, "cpu_us", format!("{case} the same, 512 in flight"), "µs")?,
        Case::new("an event", "µs", 1e6 / ours.get("events_s")?, 1e6 / pipelined.get("events_s")?)
            .with_target(Target::Ours(EVENT)),
        Case::new(
            "peak memory, without the plain stream's",
            "MB",
            ours.get("peak_mb")? - plain.get("peak_mb")?,
            None,
        )
        .with_target(Target::Ours(MEMORY)),
    ];

    let (rate, events) = LAG;
    let events = effort.count(events);
    let server = programs.serve(&["--events", &events, "--rate", &rate.to_string()])?;
    let args = ["relay", "--count", &events, "--nats", nats.url(), "--variant", "lag"];
    let runs = [RELAY_OURS, RELAY_PEER].map(|program| Run::new(program, &args));
    let [ours, peer] = programs.alternate(&server, runs, effort.rounds(ROUNDS))?;
    for (what, figure, target) in
        [("median", "median_us", Some(Target::Ours(MEDIAN))), ("99th percentile", "p99_us", None)]
    {
        let name = format!("from the server's write to a consumer, {rate}/s, {what}");
        let case = Case::new(name, "µs", ours.get(figure)?, peer.get(figure)?);
        cases.push(case.with_target(target));
    }
    Ok(cases)
}
