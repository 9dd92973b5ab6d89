//! The command line of the measured programs.

use clap::{Parser, ValueEnum};

/// A task and the server to run it against.
#[derive(Clone, Debug, Parser)]
pub struct Args {
    /// What to measure
    pub task: Task,
    /// URL of the replayer
    #[arg(long, required = true)]
    pub server: Vec<String>,
    /// Plural of the resource to watch
    #[arg(long, default_value = "pods")]
    pub resource: String,
    /// Number of events, objects or watchers
    #[arg(long, default_value_t = 0)]
    pub count: u32,
    /// Number of changes in a large cluster
    #[arg(long, default_value_t = 0)]
    pub changes: u32,
    /// Number of kinds besides Pods in a large cluster: `widgets0` of `bench.example/v1`, and so on
    #[arg(long, default_value_t = 0)]
    pub kinds: u32,
    /// The variant of the task, if it has several
    #[arg(long, default_value = "")]
    pub variant: String,
    /// End before the store is relisted
    #[arg(long)]
    pub without_relist: bool,
    /// URL of a nats-server
    #[arg(long, default_value = "")]
    pub nats: String,
    /// The encoding that our watchers request, if it is not the default
    #[arg(long)]
    pub wire: Option<Wire>,
}

/// An encoding of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Wire {
    /// JSON
    Json,
    /// Protobuf
    Protobuf,
}

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// The events of a watch
    Watch,
    /// The initial list, with objects dropped
    List,
    /// The initial list, with objects kept
    Hold,
    /// The time from the server's write to the user's code
    Latency,
    /// Watchers that receive no events
    Idle,
    /// The time from the stop call to the end of the stream
    Stop,
    /// The index of delivered objects
    Index,
    /// The time from a server's return to the first event
    Outage,
    /// A large cluster
    Scale,
    /// Several kinds at once
    Mux,
    /// Events that are committed, and what a restart takes
    Durable,
    /// Events that are recorded, and replayed
    Record,
    /// Events that are relayed to NATS JetStream
    Relay,
    /// Events that are printed as JSON, until the program is killed
    Print,
    /// A store of objects: filled, changed, read, relisted
    Store,
}

impl Args {
    /// Parses the command line; exits if it is invalid.
    #[must_use]
    pub fn read() -> Self {
        Self::parse()
    }

    /// Returns the error for a task, resource or variant that a program does not have.
    #[must_use]
    pub fn unknown(&self) -> Box<dyn std::error::Error> {
        let Self { task, resource, variant, .. } = self;
        format!("unsupported task {task:?} with resource {resource:?} and variant {variant:?}")
            .into()
    }
}
