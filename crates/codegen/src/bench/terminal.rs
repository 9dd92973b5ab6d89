//! `cargo xtask bench terminal`: the command `watchables` beside kubectl, and beside a program on kube-runtime that prints
//! the same; and the length of the binary as it is distributed.

use std::fs;
use std::path::{Path, PathBuf};

use super::cargo::{self, Cargo};
use super::effort::{Effort, ROUNDS};
use super::programs::{Figures, PEER, Programs, Run, Server, TERMINAL};
use super::report::{Case, Target};
use crate::dist::compile;
use crate::error::{Failure, Result};

const EVENTS: u32 = 20_000;
/// What the server sends beyond the events that count, so that no program keeps the last of them in a buffer.
const MORE: u32 = 100;

/// The objects whose changes are shown as differences.
const OBJECTS: u32 = 500;

/// The targets for CPU time of JSON, relative to kubectl and to the peer.
const OVER_KUBECTL: f64 = 0.25;
const OVER_PEER: f64 = 0.5;
/// The target for CPU time of an event with what changed, in µs.
const DIFF: f64 = 30.0;
/// The target for the time from the start to the first line, relative to `kubectl get`.
const FIRST_LINE: f64 = 1.1;
/// The target for the length of the binary, in MB.
const BINARY: f64 = 16.0;

/// Builds the command `watchables` as it is distributed, and measures it.
pub(super) fn terminal(cargo: &Cargo, programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let watchables = build(cargo)?;
    let path = watchables.to_string_lossy();
    let mut cases = cpu(programs, &path, effort)?;
    cases.push(diff(programs, &path, effort)?);
    cases.push(first_line(programs, &path, effort)?);
    cases.push(length(&watchables)?);
    Ok(cases)
}

fn build(cargo: &Cargo) -> Result<PathBuf> {
    eprintln!("building watchables-cli");
    let target = cargo.target("dist");
    let mut command =
        cargo.command_at_root(&["build", "--profile", "dist", "--package", "watchables-cli"]);
    command.arg("--target-dir").arg(&target);
    // As what is offered for download.
    let system = format!("-{}-", std::env::consts::OS);
    command.env("CARGO_ENCODED_RUSTFLAGS", compile::flags(&system).join("\x1f"));
    cargo::run(command)?;
    Ok(target.join("dist/watchables"))
}

fn cpu(programs: &Programs, watchables: &str, effort: Effort) -> Result<Vec<Case>> {
    let served = (effort.scaled(EVENTS) + MORE).to_string();
    let server = programs.serve(&["--events", &served])?;
    let count = effort.count(EVENTS);
    let ours = |options: &str| (format!("{watchables} watch pods {options}"), "1");
    let of_peer = |variant: &str| {
        (format!("{} print --server SERVER {variant}", programs.path(PEER).display()), "1")
    };
    let kubectl = |options: &str, lines| (format!("kubectl get pods -A -w {options}"), lines);
    let commands = [
        ours("-o json"),
        ours(""),
        of_peer(""),
        of_peer("--variant dynamic"),
        // Each object begins and ends with a line of a single brace.
        kubectl("-o json", "2"),
        kubectl("-o name", "1"),
    ];
    let [json, text, typed, dynamic, kubectl_json, kubectl_name] =
        alternate(programs, &server, &count, &commands, effort)?;
    let beside = |ours: &Figures, peer: &Figures, case: &str| {
        ours.beside(peer, "cpu_us", format!("CPU an event, {case}"), "µs")
    };
    Ok(vec![
        beside(&json, &kubectl_json, "-o json, beside kubectl -o json")?
            .with_target(Target::Ratio(OVER_KUBECTL)),
        beside(&json, &typed, "-o json, beside kube-runtime's Pods as JSON")?
            .with_target(Target::Ratio(OVER_PEER)),
        beside(&json, &dynamic, "-o json, beside its DynamicObjects as JSON")?,
        beside(&text, &kubectl_name, "text, beside kubectl -o name")?,
    ])
}

/// A change of an annotation, and what it was before, beside the same without `--diff`.
fn diff(programs: &Programs, watchables: &str, effort: Effort) -> Result<Case> {
    let events = effort.scaled(EVENTS);
    let [served, objects] = [events + MORE, OBJECTS].map(|number| number.to_string());
    let server = programs.serve(&["--events", &served, "--objects", &objects])?;
    let count = (events + OBJECTS).to_string();
    let commands = ["--diff", ""].map(|option| (format!("{watchables} watch pods {option}"), "1"));
    let [diff, text] = alternate(programs, &server, &count, &commands, effort)?;
    let case = "CPU an event, --diff, beside the same without";
    Ok(diff.beside(&text, "cpu_us", case, "µs")?.with_target(Target::Ours(DIFF)))
}

/// Runs commands, each with the number of lines that an event has.
fn alternate<const N: usize>(
    programs: &Programs,
    server: &Server,
    count: &str,
    commands: &[(String, &str); N],
    effort: Effort,
) -> Result<[Figures; N]> {
    let args = commands
        .each_ref()
        .map(|(command, lines)| ["cpu", "--count", count, "--lines", lines, "--command", command]);
    let runs = args.each_ref().map(|args| Run::new(TERMINAL, args));
    programs.alternate(server, runs, effort.rounds(ROUNDS))
}

fn first_line(programs: &Programs, watchables: &str, effort: Effort) -> Result<Case> {
    let watch = format!("{watchables} watch pods -A");
    let args = |command| ["first-line", "--watchables", watchables, "--command", command];
    let [ours, kubectl] = [args(&watch), args("kubectl get pods -A")];
    let runs = [Run::new(TERMINAL, &ours), Run::new(TERMINAL, &kubectl)];
    let [ours, kubectl] = programs.alternate_alone(runs, effort.rounds(ROUNDS))?;
    let case = "from the start to the first line, beside kubectl get";
    Ok(ours.beside(&kubectl, "first_line_ms", case, "ms")?.with_target(Target::Ratio(FIRST_LINE)))
}

fn length(watchables: &Path) -> Result<Case> {
    let meta = fs::metadata(watchables);
    let length = meta.map_err(|error| Failure::io("read", watchables, &error))?.len();
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
    let length = length as f64 / 1e6;
    Ok(Case::new("the binary, stripped", "MB", length, None).with_target(Target::Ours(BINARY)))
}
