//! Builds and runs the measured programs and the server that they watch.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::cargo::{self, Cargo};
use super::report::median;
use crate::error::{Failure, Result};

/// The packages, built separately: otherwise each would get the features that another one needs.
const PACKAGES: [&str; 4] = ["replayer", OURS, PEER, FLOOR];

/// The measured programs.
pub(super) const OURS: &str = "stream-ours";
pub(super) const PEER: &str = "stream-peer";
pub(super) const FLOOR: &str = "stream-floor";
/// The programs that count allocations.
pub(super) const OURS_COUNTING: &str = "stream-ours-counting";
pub(super) const PEER_COUNTING: &str = "stream-peer-counting";

/// The folder of the built programs.
pub(super) struct Programs(PathBuf);

/// A program and its arguments, except the server.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    program: &'a str,
    args: &'a [&'a str],
}

/// The figures that a program printed, by name.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Figures(BTreeMap<String, f64>);

/// A server process, killed on drop.
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

    /// Starts the server with these arguments.
    pub(super) fn serve(&self, args: &[&str]) -> Result<Server> {
        let mut command = self.command("replayer", args);
        command.stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| cargo::cannot_run(&command, &error))?;
        let output = process.stdout.take().expect("stdout is piped");
        // From here on, dropping `server` ends the process.
        let mut server = Server { process, urls: String::new() };
        let read = BufReader::new(output).read_line(&mut server.urls);
        if read.is_err() || !server.urls.ends_with('\n') {
            return Err(Failure::new(format!("{command:?} did not print its URLs")));
        }
        Ok(server)
    }

    /// Runs the programs in alternation and returns the medians of their figures.
    pub(super) fn alternate<const N: usize>(
        &self,
        server: &Server,
        programs: [Run<'_>; N],
        rounds: u16,
    ) -> Result<[Figures; N]> {
        let mut figures = [const { Vec::new() }; N];
        for round in 1..=rounds {
            for (run, figures) in programs.iter().zip(&mut figures) {
                eprintln!("{} {} ({round} of {rounds})", run.program, run.args.join(" "));
                figures.push(self.run(server, *run)?);
            }
        }
        Ok(figures.map(Figures::medians))
    }

    /// Runs a program once.
    pub(super) fn run(&self, server: &Server, run: Run<'_>) -> Result<Figures> {
        let mut command = self.command(run.program, run.args);
        for url in server.urls.split_whitespace() {
            command.args(["--server", url]);
        }
        command.stderr(Stdio::inherit());
        let output = command.output().map_err(|error| cargo::cannot_run(&command, &error))?;
        if !output.status.success() {
            return Err(Failure::new(format!("{command:?} failed: see its output above")));
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

impl<'a> Run<'a> {
    pub(super) fn new(program: &'a str, args: &'a [&'a str]) -> Self {
        Self { program, args }
    }
}

impl Figures {
    /// Returns the figure with this name.
    pub(super) fn get(&self, name: &str) -> Result<f64> {
        let found = self.0.get(name).copied();
        found.ok_or_else(|| Failure::new(format!("no figure {name} in {:?}", self.0)))
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
        // It may have ended already.
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
    fn medians_are_computed_per_figure() {
        let runs =
            [(1.0, 9.0), (3.0, 7.0), (2.0, 8.0)].map(|(a, b)| figures(&[("a", a), ("b", b)]));
        let medians = Figures::medians(runs.into());
        assert_eq!(medians, figures(&[("a", 2.0), ("b", 8.0)]));
        assert!(medians.get("c").unwrap_err().to_string().contains('c'));
    }
}
