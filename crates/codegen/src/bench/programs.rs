//! Builds and runs the measured programs and the server that they watch.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::cargo::{self, Cargo};
use super::report::{Case, median};
use crate::error::{Failure, Result};

/// The packages, built separately: otherwise each would get the features that another one needs.
const PACKAGES: [&str; 8] =
    ["replayer", OURS, PEER, FLOOR, RECORDING, RELAY_OURS, RELAY_PEER, TERMINAL];

/// The measured programs.
pub(super) const OURS: &str = "stream-ours";
pub(super) const PEER: &str = "stream-peer";
pub(super) const FLOOR: &str = "stream-floor";
pub(super) const RECORDING: &str = "stream-recording";
pub(super) const RELAY_OURS: &str = "relay-ours";
pub(super) const RELAY_PEER: &str = "relay-peer";
pub(super) const TERMINAL: &str = "terminal";
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

/// The figures that a program printed by name, one of each round in order.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Figures(BTreeMap<String, Vec<f64>>);

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

    /// Returns the path of a program.
    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }

    /// Runs the programs in alternation and returns their figures.
    pub(super) fn alternate<const N: usize>(
        &self,
        server: &Server,
        programs: [Run<'_>; N],
        rounds: u16,
    ) -> Result<[Figures; N]> {
        self.alternate_on(Some(server), programs, rounds)
    }

    /// The same for programs that start their server themselves.
    pub(super) fn alternate_alone<const N: usize>(
        &self,
        programs: [Run<'_>; N],
        rounds: u16,
    ) -> Result<[Figures; N]> {
        self.alternate_on(None, programs, rounds)
    }

    fn alternate_on<const N: usize>(
        &self,
        server: Option<&Server>,
        programs: [Run<'_>; N],
        rounds: u16,
    ) -> Result<[Figures; N]> {
        let mut figures = [const { Figures(BTreeMap::new()) }; N];
        for round in 1..=rounds {
            for (run, figures) in programs.iter().zip(&mut figures) {
                eprintln!("{} {} ({round} of {rounds})", run.program, run.args.join(" "));
                figures.add(self.run_on(server, *run)?);
            }
        }
        Ok(figures)
    }

    /// Runs a program once.
    pub(super) fn run(&self, server: &Server, run: Run<'_>) -> Result<Figures> {
        self.run_on(Some(server), run)
    }

    fn run_on(&self, server: Option<&Server>, run: Run<'_>) -> Result<Figures> {
        let mut command = self.command(run.program, run.args);
        for url in server.map_or("", |server| &server.urls).split_whitespace() {
            command.args(["--server", url]);
        }
        command.stderr(Stdio::inherit());
        let output = command.output().map_err(|error| cargo::cannot_run(&command, &error))?;
        if !output.status.success() {
            return Err(Failure::new(format!("{command:?} failed: see its output above")));
        }
        let figures: BTreeMap<_, _> = serde_json::from_slice(&output.stdout).map_err(|error| {
            let printed = String::from_utf8_lossy(&output.stdout);
            Failure::new(format!("{command:?} printed {printed:?}: {error}"))
        })?;
        Ok(Figures(figures.into_iter().map(|(name, figure)| (name, vec![figure])).collect()))
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.path(program));
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
    /// Returns the median of the figure with this name.
    pub(super) fn get(&self, name: &str) -> Result<f64> {
        Ok(median(self.rounds(name)?.to_vec()))
    }

    /// Compares a figure with another program's, which ran in alternation.
    pub(super) fn beside(
        &self,
        peer: &Self,
        figure: &str,
        case: impl Into<String>,
        unit: &'static str,
    ) -> Result<Case> {
        let rounds = self.rounds(figure)?.iter().zip(peer.rounds(figure)?);
        let ratios = rounds.map(|(ours, peer)| ours / peer).collect();
        Ok(Case::new(case, unit, self.get(figure)?, peer.get(figure)?).with_ratios(ratios))
    }

    fn rounds(&self, name: &str) -> Result<&[f64]> {
        let found = self.0.get(name).map(Vec::as_slice);
        found.ok_or_else(|| Failure::new(format!("no figure {name} in {:?}", self.0)))
    }

    /// Adds the figures of another round.
    pub(super) fn add(&mut self, run: Self) {
        for (name, figures) in run.0 {
            self.0.entry(name).or_default().extend(figures);
        }
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

    fn figures(rounds: &[(f64, f64)]) -> Figures {
        let mut figures = Figures::default();
        for (a, b) in rounds {
            let run = [("a", a), ("b", b)].map(|(name, figure)| (name.to_owned(), vec![*figure]));
            figures.add(Figures(run.into()));
        }
        figures
    }

    #[test]
    fn medians_are_computed_per_figure() {
        let figures = figures(&[(1.0, 9.0), (3.0, 7.0), (2.0, 8.0)]);
        for (name, expected) in [("a", 2.0), ("b", 8.0)] {
            assert!((figures.get(name).unwrap() - expected).abs() < 1e-9, "{name}");
        }
        assert!(figures.get("c").unwrap_err().to_string().contains('c'));
    }

    #[test]
    fn ratios_are_those_of_rounds() {
        let [ours, peer] =
            [&[(1.0, 9.0), (3.0, 7.0)], &[(2.0, 9.0), (4.0, 7.0)]].map(|r| figures(r));
        let case = ours.beside(&peer, "a", "it", "s").unwrap();
        let expected = Case::new("it", "s", 2.0, 3.0).with_ratios(vec![0.75, 0.5]);
        assert_eq!(case, expected);
    }
}
