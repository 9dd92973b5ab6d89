//! The command `watchables`: watch a cluster from the shell, or serve a small one.

// They panic when whoever reads has ended: see `say`.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod aligned;
mod args;
mod checkpoints;
mod cluster;
mod completion;
mod convert;
mod custom_columns;
mod differences;
mod doctor;
mod failure;
mod history;
mod interrupt;
mod invocation;
mod jsonpath;
mod kubeconfig;
mod log;
mod man;
mod manifest_text;
mod moment;
mod namespaces;
mod notices;
mod numbers;
mod output;
mod plugin;
mod printable;
mod record;
mod recorded;
mod relay;
mod replay;
mod resources;
mod say;
mod serve;
mod state;
mod top;
mod watch;
mod whole_object;
mod yaml;

use std::process::ExitCode;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let definition = || invocation::command(&std::env::args_os().collect::<Vec<_>>());
    if completion::complete(definition) {
        return ExitCode::SUCCESS;
    }
    let Args { command } = invocation::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure::report(&error.into()),
    };
    log::start(command.verbosity());
    let result = match command {
        Command::Checkpoints(args) => checkpoints::run(&args),
        Command::Completion(args) => completion::run(&args, "watchables"),
        Command::Convert(args) => convert::run(&args),
        Command::Doctor(args) => runtime.block_on(doctor::run(args)),
        Command::History(args) => history::run(&args),
        Command::Man(args) => man::run(&args, definition()),
        Command::Plugin(args) => plugin::run(&args),
        Command::Record(args) => runtime.block_on(record::run(args)),
        Command::Relay(args) => runtime.block_on(relay::run(args)),
        Command::Replay(args) => runtime.block_on(replay::run(args)),
        Command::Serve(args) => runtime.block_on(serve::run(args)),
        Command::State(args) => state::run(&args),
        Command::Top(args) => runtime.block_on(top::run(args)),
        Command::Watch(args) => runtime.block_on(watch::run(*args)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}
