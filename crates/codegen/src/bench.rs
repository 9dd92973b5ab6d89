//! `cargo xtask bench`: what our types cost to compile and to decode, beside k8s-openapi's, and what our
//! streams cost, beside kube-runtime's, and in instructions.
//!
//! What is measured lies in `benches/`, a workspace of its own.

mod cargo;
mod compile;
mod cpu;
mod decode;
mod effort;
mod hold;
mod idle;
mod index;
mod instructions;
mod latency;
mod list;
mod mux;
mod outage;
mod programs;
mod report;
mod scale;
mod stop;
mod subject;
mod watch;
mod wrapper;

use std::path::Path;

use clap::{Args, Subcommand};

use crate::error::Result;
use cargo::Cargo;
use effort::{Effort, ROUNDS};
use programs::Programs;
use report::{Case, Report};
use subject::Subject;
pub(crate) use wrapper::in_place_of_rustc;

#[derive(Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
    /// Print one JSON object a line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// CPU time of compiling the newest release, and a program that watches Pods
    Compile {
        /// How often each is compiled, in turns; the median counts
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
        rounds: u16,
    },
    /// Time of decoding recorded objects
    Decode,
    /// Instructions of each step from a socket's bytes to a typed object; writes them down as the budget
    Instructions(instructions::Options),
    /// CPU time and allocations of an event of a watch
    Watch(Effort),
    /// CPU time and memory of the state at the beginning
    List(Effort),
    /// Memory of objects that the user keeps
    Hold(Effort),
    /// Time from the server's write to the user's code
    Latency(Effort),
    /// Memory, CPU time and stop of a thousand watchers to which nothing happens
    Idle(Effort),
    /// Time from the call that stops a stream to its end
    Stop(Effort),
    /// Memory of what was delivered, by which gaps are repaired
    Index(Effort),
    /// Time from a server's return to the first event
    Outage(Effort),
    /// A large cluster through the multiplexer: 150,000 Pods and 40 other kinds, then 1,000 changes/s
    Scale(Effort),
    /// CPU time that the multiplexer adds
    Mux(Effort),
    /// All of them but `compile` and `instructions`, as one table in Markdown
    All(Effort),
}

/// A bench of streams.
struct Streams {
    name: &'static str,
    /// How it is measured.
    how: &'static str,
    /// How often each side runs, where nothing else is said.
    rounds: u16,
    measure: fn(&Programs, Effort) -> Result<Vec<Case>>,
}

const WATCH: Streams = Streams {
    name: "watch",
    how: "from the first event of a watch to the last",
    rounds: ROUNDS,
    measure: watch::watch,
};
const LIST: Streams = Streams {
    name: "list",
    how: "100,000 Pods, delivered and dropped",
    rounds: ROUNDS,
    measure: list::list,
};
const HOLD: Streams = Streams {
    name: "hold",
    how: "100,000 Pods, each kept in a map",
    rounds: ROUNDS,
    measure: hold::hold,
};
const LATENCY: Streams = Streams {
    name: "latency",
    how: "from the write to the user's code, by one clock",
    rounds: ROUNDS,
    measure: latency::latency,
};
const IDLE: Streams = Streams {
    name: "idle",
    how: "1,000 watchers in a process",
    rounds: ROUNDS,
    measure: idle::idle,
};
const STOP: Streams = Streams {
    name: "stop",
    how: "from the call, on another thread, to the stream's end",
    rounds: stop::ROUNDS,
    measure: stop::stop,
};
const INDEX: Streams = Streams {
    name: "index",
    how: "100,000 Pods, with gap repair and without",
    rounds: ROUNDS,
    measure: index::index,
};
const OUTAGE: Streams = Streams {
    name: "outage",
    how: "connections refused for 10 s; from the server's return to the first event",
    rounds: outage::ROUNDS,
    measure: outage::outage,
};
const SCALE: Streams = Streams {
    name: "scale",
    how: "150,000 Pods and 100,000 objects of 40 other kinds, then 1,000 changes a second for a minute; nothing lost",
    rounds: scale::ROUNDS,
    measure: scale::scale,
};
const MUX: Streams = Streams {
    name: "mux",
    how: "four kinds through the multiplexer, and as merged streams",
    rounds: ROUNDS,
    measure: mux::mux,
};

/// All of them, as `bench all` runs them.
const STREAMS: [&Streams; 10] =
    [&WATCH, &LIST, &HOLD, &LATENCY, &IDLE, &STOP, &INDEX, &OUTAGE, &SCALE, &MUX];

/// Measures, telling on standard error how far it is; returns the report. That a target is missed is
/// no failure.
pub(crate) fn bench(root: &Path, args: &Bench) -> Result<String> {
    let subject = Subject::read(root)?;
    if let Some(note) = &subject.note {
        eprintln!("note: {note}");
    }
    let cargo = Cargo::new(root)?;
    let one = |bench, effort| streams(&Programs::build(&cargo)?, &subject, bench, effort);
    let report = match args.what {
        What::Compile { rounds } => compile::compile(&cargo, &subject, rounds)?,
        What::Decode => decode::decode(&cargo, &subject)?,
        What::Instructions(options) => instructions::instructions(root, &cargo, options)?,
        What::Watch(effort) => one(&WATCH, effort)?,
        What::List(effort) => one(&LIST, effort)?,
        What::Hold(effort) => one(&HOLD, effort)?,
        What::Latency(effort) => one(&LATENCY, effort)?,
        What::Idle(effort) => one(&IDLE, effort)?,
        What::Stop(effort) => one(&STOP, effort)?,
        What::Index(effort) => one(&INDEX, effort)?,
        What::Outage(effort) => one(&OUTAGE, effort)?,
        What::Scale(effort) => one(&SCALE, effort)?,
        What::Mux(effort) => one(&MUX, effort)?,
        What::All(effort) => return all(&cargo, &subject, args.json, effort),
    };
    Ok(if args.json { report.json() } else { report.table() })
}

fn streams(
    programs: &Programs,
    subject: &Subject,
    bench: &Streams,
    effort: Effort,
) -> Result<Report> {
    let Streams { name, how, rounds, measure } = bench;
    let heading = format!(
        "{name}: {how}; median of {}, in turns\n{} against kube-runtime and {}",
        effort.rounds(*rounds),
        subject.ours,
        subject.peer
    );
    Ok(Report::new(name, heading, measure(programs, effort)?))
}

fn all(cargo: &Cargo, subject: &Subject, json: bool, effort: Effort) -> Result<String> {
    let mut reports = vec![decode::decode(cargo, subject)?];
    let programs = Programs::build(cargo)?;
    for bench in STREAMS {
        reports.push(streams(&programs, subject, bench, effort)?);
    }
    Ok(if json {
        reports.iter().map(Report::json).collect()
    } else {
        let rows = reports.iter().map(Report::markdown);
        std::iter::once(report::MARKDOWN_HEAD.to_owned()).chain(rows).collect()
    })
}
