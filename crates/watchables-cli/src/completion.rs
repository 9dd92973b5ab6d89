//! Completion of command lines: `watchables completion SHELL` prints a script, which calls this program with a variable
//! set whenever a word is to be completed.

mod bash;
mod line;
mod lookup;
mod names;
#[cfg(test)]
mod tests;

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Arg, Command};
use clap_complete::engine::ArgValueCompleter;
use clap_complete::env::{CompleteEnv, EnvCompleter, Fish, Shells, Zsh};

use crate::args::{CompletionArgs, Shell};
use crate::output;

use bash::Bash;
use line::Line;

/// Set by the scripts to the name of their shell.
const VARIABLE: &str = "WATCHABLES_COMPLETE";

/// Commands whose resources and namespaces are those of a recording.
const OF_RECORDINGS: [&str; 2] = ["history", "state"];

/// Completes the command line, if a shell asks for it. Returns whether one did.
pub(crate) fn complete(command: impl Fn() -> Command) -> bool {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return false;
    }
    be_silent();
    let completed = CompleteEnv::with_factory(|| {
        let command = command();
        let line = Arc::new(Line::of_process(&command));
        with_completers(command, &line)
    })
    .var(VARIABLE)
    .shells(Shells(&[&Bash, &Fish, &Zsh]))
    .try_complete(std::env::args_os(), std::env::current_dir().ok().as_deref());
    // An error would only disturb what the user types.
    let _ = completed;
    true
}

/// Prints the script for a shell.
///
/// # Errors
///
/// If standard output cannot be written.
pub(crate) fn run(args: &CompletionArgs, name: &str) -> anyhow::Result<()> {
    let shell: &dyn EnvCompleter = match args.shell {
        Shell::Bash => &Bash,
        Shell::Zsh => &Zsh,
        Shell::Fish => &Fish,
    };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, name, name, name, &mut script)?;
    match std::io::stdout().write_all(&script) {
        Err(error) if !output::is_broken_pipe(&error) => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

fn with_completers(command: Command, line: &Arc<Line>) -> Command {
    command.mut_subcommands(|subcommand| {
        let name = subcommand.get_name().to_owned();
        let is_of_recording = OF_RECORDINGS.contains(&name.as_str());
        // Names are not followed by all options: those come after a -.
        let is_hidden = |arg: &Arg| !line.is_option && !arg.is_positional();
        subcommand
            .disable_help_flag(!line.is_option)
            .mut_args(|arg| if is_hidden(&arg) { arg.hide(true) } else { arg })
            .mut_args(|arg| match arg.get_id().as_str() {
                "output" if name == "watch" => add(arg, line, names::formats),
                "only" => add(arg, line, names::event_types),
                "context" => add(arg, line, names::contexts),
                "namespace" if !is_of_recording => add(arg, line, names::namespaces),
                "resources" if !is_of_recording => add(arg, line, names::resources),
                _ => arg,
            })
    })
}

fn add(arg: Arg, line: &Arc<Line>, names: fn(&Line, &str) -> Vec<String>) -> Arg {
    let line = Arc::clone(line);
    arg.add(ArgValueCompleter::new(move |current: &std::ffi::OsStr| {
        let Some(current) = current.to_str() else { return Vec::new() };
        names(&line, current).into_iter().map(Into::into).collect()
    }))
}

/// Keeps everything from the terminal that this process or an exec plugin might say or ask.
#[cfg(unix)]
fn be_silent() {
    use std::fs::OpenOptions;

    if let Ok(null) = OpenOptions::new().read(true).write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stderr(&null);
        let _ = rustix::stdio::dup2_stdin(&null);
    }
}

#[cfg(not(unix))]
fn be_silent() {}
