//! `cargo xtask bench compression`: runs `benches/compression`.

use std::process::Stdio;

use serde::Deserialize;

use super::cargo::{self, Cargo};
use super::effort::{Effort, ROUNDS};
use super::report::{Case, Report};
use crate::error::{Failure, Result};

const PODS: u32 = 1_000;

/// A line of the program's output.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    case: String,
    unit: Unit,
    ours: f64,
    peer: f64,
}

#[derive(Clone, Copy, Deserialize)]
enum Unit {
    #[serde(rename = "B")]
    Bytes,
    #[serde(rename = "µs")]
    Micros,
}

pub(super) fn compression(cargo: &Cargo, effort: Effort) -> Result<Report> {
    let (count, rounds) = (effort.count(PODS), effort.rounds(ROUNDS).to_string());
    let mut command = cargo.command(&["run", "--release", "--package", "compression"]);
    command.arg("--target-dir").arg(cargo.target("compression"));
    command.args(["--", "--count", &count, "--rounds", &rounds]);
    // The program and cargo report progress on standard error.
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| cargo::cannot_run(&command, &error))?;
    if !output.status.success() {
        return Err(Failure::new("benches/compression failed: see its output above"));
    }
    let heading = format!(
        "compression: the initial list of {count} Pods from the embedded server; median (least to most) of \
         {rounds}, in alternation\n\"ours\" with compression against \"peer\" without"
    );
    Ok(Report::new("compression", heading, cases(&String::from_utf8_lossy(&output.stdout))?))
}

fn cases(lines: &str) -> Result<Vec<Case>> {
    let cases = lines.lines().map(|line| {
        let Measured { case, unit, ours, peer } = serde_json::from_str(line).map_err(|error| {
            Failure::new(format!("benches/compression printed {line:?}: {error}"))
        })?;
        let unit = match unit {
            Unit::Bytes => "B",
            Unit::Micros => "µs",
        };
        Ok(Case::new(case, unit, ours, peer))
    });
    cases.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_program_are_cases_in_its_units() {
        let line = r#"{"case":"list","unit":"µs","ours":1.5,"peer":3.0}"#;
        assert_eq!(cases(line).unwrap(), [Case::new("list", "µs", 1.5, 3.0)]);
        let error = cases(&line.replace("µs", "s")).unwrap_err().to_string();
        assert!(error.contains("unknown variant `s`"), "{error}");
    }
}
