//! `cargo xtask bench compile`: compiles both sides in alternation and reports the CPU time of each.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::cargo::{self, Cargo};
use super::report::{Case, Report, Target, median};
use super::sides::Sides;
use super::{cpu, wrapper};
use crate::error::{Failure, Result};

const ALL_GROUPS: f64 = 0.5;
const TWO_GROUPS: f64 = 0.2;
const PROGRAM: f64 = 1.0;

/// The arguments of cargo and the profile that they select.
struct Mode {
    name: &'static str,
    args: &'static [&'static str],
    profile: &'static str,
}

const MODES: [Mode; 3] = [
    Mode { name: "check", args: &["check"], profile: "dev" },
    Mode { name: "debug", args: &["build"], profile: "dev" },
    Mode { name: "release", args: &["build", "--release"], profile: "release" },
];

/// A crate to compile repeatedly.
struct Build<'a> {
    cargo: &'a Cargo,
    mode: &'a Mode,
    /// The package of `benches/` to build.
    package: &'static str,
    /// The crate whose compilation is measured.
    measured: &'a str,
    target: PathBuf,
}

pub(super) fn compile(cargo: &Cargo, sides: &Sides, rounds: u16) -> Result<Report> {
    // Downloads must not count as CPU time.
    cargo::run(cargo.command(&["fetch"]))?;
    let mut cases = Vec::new();
    for mode in &MODES {
        cases.extend(types(cargo, sides, mode, rounds)?);
    }
    for mode in &MODES {
        cases.push(programs(cargo, mode, rounds)?);
    }
    let heading = format!(
        "compile: CPU seconds of the rustc that compiles the crate; median of {rounds}, in alternation\n\
         {} against {}",
        sides.ours, sides.peer
    );
    Ok(Report::new("compile", heading, cases))
}

/// Measures the crates of types: complete, with all dependencies, and in part.
fn types(cargo: &Cargo, sides: &Sides, mode: &Mode, rounds: u16) -> Result<[Case; 3]> {
    let build = |package, measured| {
        let target = cargo.target(&format!("{package}-{}", mode.name));
        Build { cargo, mode, package, measured, target }
    };
    let builds = [
        build("ours", &*sides.ours),
        build("peer", "k8s-openapi"),
        build("core-apps", &*sides.ours),
    ];
    let [ours_clean, peer_clean] = [builds[0].compile_clean()?, builds[1].compile_clean()?];
    builds[2].prepare()?;
    let [ours, peer, part] = alternate(&builds, rounds)?;
    let case = |what: &str, ours: f64, peer: f64, target: Option<f64>| {
        let name = format!("{what}, {}", mode.name);
        Case::new(name, "s", ours, peer).with_target(target.map(Target::Ratio))
    };
    Ok([
        case("all groups", ours, peer, Some(ALL_GROUPS)),
        case("all groups with dependencies", ours_clean, peer_clean, None),
        case("core and apps", part, peer, Some(TWO_GROUPS)),
    ])
}

/// Measures the final crate of a program that watches Pods, including linking.
fn programs(cargo: &Cargo, mode: &Mode, rounds: u16) -> Result<Case> {
    let builds = ["watch-ours", "watch-peer"].map(|package| {
        let target = cargo.target("programs");
        Build { cargo, mode, package, measured: package, target }
    });
    builds.iter().try_for_each(Build::prepare)?;
    let [ours, peer] = alternate(&builds, rounds)?;
    let name = format!("program that watches Pods, {}", mode.name);
    Ok(Case::new(name, "s", ours, peer).with_target(Target::Ratio(PROGRAM)))
}

/// Returns the median CPU seconds of each build.
fn alternate<const N: usize>(builds: &[Build<'_>; N], rounds: u16) -> Result<[f64; N]> {
    let mut seconds = [const { Vec::new() }; N];
    for round in 1..=rounds {
        for (build, seconds) in builds.iter().zip(&mut seconds) {
            build.clean()?;
            let log = build.compile()?;
            let took = wrapper::seconds(&log, &build.measured.replace('-', "_"))?;
            let (package, mode) = (build.package, build.mode.name);
            eprintln!("{package}, {mode}: {took:.2} s ({round} of {rounds})");
            seconds.push(took);
        }
    }
    Ok(seconds.map(median))
}

impl Build<'_> {
    /// Compiles what is out of date and returns the wrapper's log.
    fn compile(&self) -> Result<String> {
        self.cargo.logged(self.command(self.mode.args, self.package))
    }

    /// Compiles the measured crate and its dependencies.
    fn prepare(&self) -> Result<()> {
        eprintln!("{}, {}: with dependencies", self.package, self.mode.name);
        self.compile().map(drop)
    }

    /// Removes the artifacts of the measured crate only.
    fn clean(&self) -> Result<()> {
        cargo::run(self.command(&["clean", "--profile", self.mode.profile], self.measured))
    }

    /// Returns the CPU seconds of a clean build.
    fn compile_clean(&self) -> Result<f64> {
        eprintln!("{}, {}: clean build", self.package, self.mode.name);
        if self.target.exists() {
            fs::remove_dir_all(&self.target)
                .map_err(|error| Failure::io("remove", &self.target, &error))?;
        }
        let before = cpu::of_children()?;
        self.compile()?;
        Ok(cpu::of_children()?.saturating_sub(before).as_secs_f64())
    }

    fn command(&self, args: &[&str], package: &str) -> Command {
        let mut command = self.cargo.command(args);
        command.args(["--package", package]).arg("--target-dir").arg(&self.target);
        command
    }
}
