//! The command line that the measured programs have in common.

use clap::{Parser, ValueEnum};

/// What to do, against which server.
#[derive(Clone, Debug, Parser)]
pub struct Args {
    /// What is measured
    pub task: Task,
    /// URL of the replayer
    #[arg(long, required = true)]
    pub server: Vec<String>,
    /// Plural of the kind that is watched
    #[arg(long, default_value = "pods")]
    pub kind: String,
    /// How many events, objects or watchers
    #[arg(long, default_value_t = 0)]
    pub count: u32,
    /// How many changes of objects, in a large cluster
    #[arg(long, default_value_t = 0)]
    pub changes: u32,
    /// How many kinds beside Pods, in a large cluster: `widgets0` of `bench.example/v1`, and so on
    #[arg(long, default_value_t = 0)]
    pub kinds: u32,
    /// In which way, where there are several
    #[arg(long, default_value = "")]
    pub way: String,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Events of a watch
    Watch,
    /// The state at the beginning, dropped
    List,
    /// The state at the beginning, kept
    Hold,
    /// The way of an event from the server
    Latency,
    /// Watchers to which nothing happens
    Idle,
    /// The end of a stream that is stopped
    Stop,
    /// What a watcher keeps in mind
    Index,
    /// The return of a server
    Outage,
    /// A large cluster
    Scale,
    /// Several kinds at once
    Mux,
}

impl Args {
    /// Reads the program's command line; ends the program where it is wrong.
    #[must_use]
    pub fn read() -> Self {
        Self::parse()
    }

    /// The error for a kind, a way or a task that a program does not have.
    #[must_use]
    pub fn unknown(&self) -> Box<dyn std::error::Error> {
        let Self { task, kind, way, .. } = self;
        format!("this program does not know task {task:?} with kind {kind:?} and way {way:?}")
            .into()
    }
}
