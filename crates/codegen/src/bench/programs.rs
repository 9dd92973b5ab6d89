//! The programs that are measured, and the server that they watch: built, and run in turns.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::cargo::{self, Cargo};
use super::report::median;
use crate::error::{Failure, Result};

/// A package each, built one by one: together each would get the features that another one needs.
const PACKAGES: [&str; 4] = ["replayer", OURS, PEER, FLOOR];

/// The programs, ours and the others.
pub(super) const OURS: &str = "stream-ours";
pub(super) const PEER: &str = "stream-peer";
pub(super) const FLOOR: &str = "stream-floor";
/// Those that count allocations.
pub(super) const OURS_COUNTING: &str = "stream-ours-counting";
pub(super) const PEER_COUNTING: &str = "stream-peer-counting";

/// Where the built programs lie.
pub(super) struct Programs(PathBuf);

/// A program and what it is told besides the server.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    program: &'a str,
    args: &'a [&'a str],
}

/// What a program printed: figures by name.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Figures(BTreeMap<String, f64>);

/// A server that runs until this is dropped.
pub(super) struct Server {
    process: Child,
    urls: String,
}

impl Programs {
    pub(super) fn build(cargo: &Cargo) -> Result<Self> {
        let target = cargo.target("stream");
        for package in PACKAGES {
            eprintln!("building {package}");
            let mut command = cargo.command(&["build", "--release", "--package", package]);
            command.arg("--target-dir").arg(&target);
            cargo::run(command)?;
        }
        Ok(Self(target.join("release")))
    }

    /// Starts the server with what it is told.
    pub(super) fn serve(&self, args: &[&str]) -> Result<Server> {
        let mut command = self.command("replayer", args);
        command.stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| cargo::cannot_run(&command, &error))?;
        let output = process.stdout.take().expect("it is piped");
        // From here on, dropping it ends the process.
        let mut server = Server { process, urls: String::new() };
        let read = BufReader::new(output).read_line(&mut server.urls);
        if read.is_err() || !server.urls.ends_with('\n') {
            return Err(Failure::new(format!("{command:?} did not say where it listens")));
        }
        Ok(server)
    }

    /// Runs each again and again, in turns; returns the medians of what each printed.
    pub(super) fn in_turns<const N: usize>(
        &self,
        server: &Server,
        turns: [Turn<'_>; N],
        rounds: u16,
    ) -> Result<[Figures; N]> {
        let mut runs = [const { Vec::new() }; N];
        for round in 1..=rounds {
            for (turn, runs) in turns.iter().zip(&mut runs) {
                eprintln!("{} {} ({round} of {rounds})", turn.program, turn.args.join(" "));
                runs.push(self.run(server, *turn)?);
            }
        }
        Ok(runs.map(Figures::medians))
    }

    /// Runs a program once.
    pub(super) fn run(&self, server: &Server, turn: Turn<'_>) -> Result<Figures> {
        let mut command = self.command(turn.program, turn.args);
        for url in server.urls.split_whitespace() {
            command.args(["--server", url]);
        }
        command.stderr(Stdio::inherit());
        let output = command.output().map_err(|error| cargo::cannot_run(&command, &error))?;
        if !output.status.success() {
            return Err(Failure::new(format!("{command:?} failed: it says above why")));
        }
        let figures = serde_json::from_slice(&output.stdout).map_err(|error| {
            let printed = String::from_utf8_lossy(&output.stdout);
            Failure::new(format!("{command:?} printed {printed:?}: {error}"))
        })?;
        Ok(Figures(figures))
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.0.join(program));
        command.args(args).stdin(Stdio::null());
        command
    }
}

impl<'a> Turn<'a> {
    pub(super) fn new(program: &'a str, args: &'a [&'a str]) -> Self {
        Self { program, args }
    }
}

impl Figures {
    /// The figure of this name.
    pub(super) fn get(&self, name: &str) -> Result<f64> {
        let found = self.0.get(name).copied();
        found.ok_or_else(|| Failure::new(format!("there is no figure {name} among {:?}", self.0)))
    }

    fn medians(runs: Vec<Self>) -> Self {
        let mut all = BTreeMap::<_, Vec<_>>::new();
        for (name, figure) in runs.into_iter().flat_map(|run| run.0) {
            all.entry(name).or_default().push(figure);
        }
        Self(all.into_iter().map(|(name, figures)| (name, median(figures))).collect())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(figures: &[(&str, f64)]) -> Figures {
        Figures(figures.iter().map(|(name, figure)| ((*name).to_owned(), *figure)).collect())
    }

    #[test]
    fn the_median_is_taken_of_each_figure() {
        let runs =
            [(1.0, 9.0), (3.0, 7.0), (2.0, 8.0)].map(|(a, b)| figures(&[("a", a), ("b", b)]));
        let medians = Figures::medians(runs.into());
        assert_eq!(medians, figures(&[("a", 2.0), ("b", 8.0)]));
        assert!(medians.get("c").unwrap_err().to_string().contains('c'));
    }
}
