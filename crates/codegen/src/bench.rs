//! `cargo xtask bench`: measures our types against k8s-openapi's (compile, decode), our streams against
//! kube-runtime's, and instruction counts.
//!
//! The measured programs are in `benches/`, a separate workspace.

mod cargo;
mod compile;
mod compression;
mod cpu;
mod decode;
mod durable;
mod effort;
mod hold;
mod idle;
mod index;
mod instructions;
mod latency;
mod list;
mod mux;
mod nats;
mod outage;
mod plot;
mod programs;
mod recording;
mod relay;
mod report;
mod scale;
mod sides;
mod stop;
mod store;
mod terminal;
mod watch;
mod wrapper;

use std::path::Path;

use clap::{Args, Subcommand};

use crate::error::Result;
use cargo::Cargo;
use effort::{Effort, ROUNDS};
use programs::Programs;
use report::{Case, Report};
use sides::Sides;
pub(crate) use wrapper::run_as_rustc;

#[derive(Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    bench: Subcommands,
    /// Print one JSON object per line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Subcommands {
    /// CPU time of compiling the newest release and a program that watches Pods
    Compile {
        /// Number of compilations of each, in alternation; the median counts
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
        rounds: u16,
    },
    /// Bytes and time per object of initial lists, with and without compression
    Compression(Effort),
    /// Time of decoding recorded objects
    Decode,
    /// Instructions of each step from the bytes of a socket to a typed object; updates the budget
    Instructions(instructions::Options),
    /// CPU time and allocations per event of a watch
    Watch(Effort),
    /// CPU time and memory of the initial list
    List(Effort),
    /// Memory of objects that the user keeps
    Hold(Effort),
    /// Time from the server's write to the user's code
    Latency(Effort),
    /// Memory, CPU time and stop time of a thousand watchers that receive no events
    Idle(Effort),
    /// Time from the call that stops a stream to its end
    Stop(Effort),
    /// Memory of the index of delivered objects, which gap repair needs
    Index(Effort),
    /// Time from a server's return to the first event
    Outage(Effort),
    /// A large cluster through the multiplexer: 150,000 Pods and 40 other kinds, then 1,000 changes/s
    Scale(Effort),
    /// CPU time that the multiplexer adds
    Mux(Effort),
    /// Memory, CPU time and look-ups of a store of 150,000 Pods, with 1,000 changes/s for a minute, and a relist
    Store(Effort),
    /// CPU time of durable events and their commits, and what a restart takes with 150,000 Pods
    Durable(Effort),
    /// CPU time of recording, the length of the file, and the speed of a replay
    Recording(Effort),
    /// CPU time, speed, memory and delay of relaying to NATS JetStream
    Relay(Effort),
    /// CPU time and start of `watchables watch` beside kubectl, and the length of the binary
    Terminal(Effort),
    /// Draws README's figures from what benches printed with --json
    Plot(plot::Options),
    /// All benches except `compile`, `compression`, `instructions` and `terminal`, as one Markdown table
    All(Effort),
}

/// A bench of streams.
struct Streams {
    name: &'static str,
    /// What is measured.
    subject: &'static str,
    /// How often each side runs by default.
    rounds: u16,
    measure: fn(&Programs, Effort) -> Result<Vec<Case>>,
}

const WATCH: Streams = Streams {
    name: "watch",
    subject: "from the first event of a watch to the last",
    rounds: ROUNDS,
    measure: watch::watch,
};
const LIST: Streams = Streams {
    name: "list",
    subject: "100,000 Pods, delivered and dropped",
    rounds: ROUNDS,
    measure: list::list,
};
const HOLD: Streams = Streams {
    name: "hold",
    subject: "100,000 Pods, each kept in a map",
    rounds: ROUNDS,
    measure: hold::hold,
};
const LATENCY: Streams = Streams {
    name: "latency",
    subject: "from the server's write to the user's code, by one clock",
    rounds: ROUNDS,
    measure: latency::latency,
};
const IDLE: Streams = Streams {
    name: "idle",
    subject: "1,000 watchers in one process",
    rounds: ROUNDS,
    measure: idle::idle,
};
const STOP: Streams = Streams {
    name: "stop",
    subject: "from the call on another thread to the end of the stream",
    rounds: stop::ROUNDS,
    measure: stop::stop,
};
const INDEX: Streams = Streams {
    name: "index",
    subject: "100,000 Pods, with and without gap repair",
    rounds: ROUNDS,
    measure: index::index,
};
const OUTAGE: Streams = Streams {
    name: "outage",
    subject: "connections refused for 10 s; from the server's return to the first event",
    rounds: outage::ROUNDS,
    measure: outage::outage,
};
const SCALE: Streams = Streams {
    name: "scale",
    subject: "150,000 Pods and 100,000 objects of 40 other kinds, then 1,000 changes per second for a minute, without loss",
    rounds: scale::ROUNDS,
    measure: scale::scale,
};
const MUX: Streams = Streams {
    name: "mux",
    subject: "four kinds through the multiplexer, and as merged streams",
    rounds: ROUNDS,
    measure: mux::mux,
};

const STORE: Streams = Streams {
    name: "store",
    subject: "150,000 Pods, then 1,000 changes per second for a minute with two indexes and a subscriber (the peer without), look-ups, and a relist after 410 (of the peer as it is by default, with 60,000 Pods)",
    rounds: store::ROUNDS,
    measure: store::store,
};

const DURABLE: Streams = Streams {
    name: "durable",
    subject: "Pods with a commit every 100 events beside the same stream without; a restart with 150,000 Pods beside a first start",
    rounds: ROUNDS,
    measure: durable::durable,
};

const RECORDING: Streams = Streams {
    name: "recording",
    subject: "changes of Pods recorded, beside the same stream of JSON without a file; and replayed to a watcher",
    rounds: ROUNDS,
    measure: recording::recording,
};
const RELAY: Streams = Streams {
    name: "relay",
    subject: "Pods and their changes relayed to NATS JetStream in memory, from the connection until all is acknowledged",
    rounds: ROUNDS,
    measure: relay::relay,
};

/// What `bench terminal` measures: not one of `STREAMS`, as it builds the whole command line, and needs kubectl.
const TERMINAL: &str = "changes of Pods printed, from the start of the process, beside kubectl and a program on kube-runtime";

/// The benches of `bench all`, in order.
const STREAMS: [&Streams; 14] = [
    &WATCH, &LIST, &HOLD, &LATENCY, &IDLE, &STOP, &INDEX, &OUTAGE, &SCALE, &MUX, &STORE, &DURABLE,
    &RECORDING, &RELAY,
];

/// Runs a bench with progress on standard error, and returns the report. A missed target is not a
/// failure.
pub(crate) fn bench(root: &Path, args: &Bench) -> Result<String> {
    let sides = Sides::read(root)?;
    if let Some(note) = &sides.note {
        eprintln!("note: {note}");
    }
    let cargo = Cargo::new(root)?;
    let one = |bench, effort| streams(&Programs::build(&cargo)?, &sides, bench, effort);
    let report = match args.bench {
        Subcommands::Compile { rounds } => compile::compile(&cargo, &sides, rounds)?,
        Subcommands::Compression(effort) => compression::compression(&cargo, effort)?,
        Subcommands::Decode => decode::decode(&cargo, &sides)?,
        Subcommands::Instructions(options) => instructions::instructions(root, &cargo, options)?,
        Subcommands::Watch(effort) => one(&WATCH, effort)?,
        Subcommands::List(effort) => one(&LIST, effort)?,
        Subcommands::Hold(effort) => one(&HOLD, effort)?,
        Subcommands::Latency(effort) => one(&LATENCY, effort)?,
        Subcommands::Idle(effort) => one(&IDLE, effort)?,
        Subcommands::Stop(effort) => one(&STOP, effort)?,
        Subcommands::Index(effort) => one(&INDEX, effort)?,
        Subcommands::Outage(effort) => one(&OUTAGE, effort)?,
        Subcommands::Scale(effort) => one(&SCALE, effort)?,
        Subcommands::Mux(effort) => one(&MUX, effort)?,
        Subcommands::Store(effort) => one(&STORE, effort)?,
        Subcommands::Durable(effort) => one(&DURABLE, effort)?,
        Subcommands::Recording(effort) => one(&RECORDING, effort)?,
        Subcommands::Relay(effort) => one(&RELAY, effort)?,
        Subcommands::Terminal(effort) => {
            let programs = Programs::build(&cargo)?;
            let cases = terminal::terminal(&cargo, &programs, effort)?;
            Report::new("terminal", heading(&sides, "terminal", TERMINAL, effort, ROUNDS), cases)
        }
        Subcommands::Plot(ref options) => return plot::plot(root, options),
        Subcommands::All(effort) => return all(&cargo, &sides, args.json, effort),
    };
    Ok(if args.json { report.json() } else { report.table() })
}

fn streams(programs: &Programs, sides: &Sides, bench: &Streams, effort: Effort) -> Result<Report> {
    let Streams { name, subject, rounds, measure } = bench;
    let heading = heading(sides, name, subject, effort, *rounds);
    Ok(Report::new(name, heading, measure(programs, effort)?))
}

fn heading(sides: &Sides, name: &str, subject: &str, effort: Effort, rounds: u16) -> String {
    format!(
        "{name}: {subject}; median of {}, in alternation\n{} against kube-runtime and {}",
        effort.rounds(rounds),
        sides.ours,
        sides.peer
    )
}

fn all(cargo: &Cargo, sides: &Sides, json: bool, effort: Effort) -> Result<String> {
    let mut reports = vec![decode::decode(cargo, sides)?];
    let programs = Programs::build(cargo)?;
    for bench in STREAMS {
        reports.push(streams(&programs, sides, bench, effort)?);
    }
    Ok(if json {
        reports.iter().map(Report::json).collect()
    } else {
        let rows = reports.iter().map(Report::markdown);
        std::iter::once(report::MARKDOWN_HEAD.to_owned()).chain(rows).collect()
    })
}
