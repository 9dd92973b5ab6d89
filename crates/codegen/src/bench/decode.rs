//! `cargo xtask bench decode`: runs `benches/decode` and adds the targets.

use std::process::Stdio;

use serde::Deserialize;

use super::cargo::{self, Cargo};
use super::report::{Case, Report, Target};
use super::sides::Sides;
use crate::error::{Failure, Result};

/// The cases with a target.
const TARGETS: [(&str, f64); 2] =
    [("Pod with managedFields", 0.4), ("Pod without managedFields", 0.8)];

/// A line of the program's output.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    case: String,
    ours: f64,
    peer: f64,
}

pub(super) fn decode(cargo: &Cargo, sides: &Sides) -> Result<Report> {
    let args = ["run", "--release", "--package", "decode"];
    let mut command = cargo.command(&args);
    command.arg("--target-dir").arg(cargo.target("decode"));
    // The program and cargo report progress on standard error.
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| cargo::cannot_run(&command, &error))?;
    if !output.status.success() {
        return Err(Failure::new("benches/decode failed: see its output above"));
    }
    let heading = format!(
        "decode: wall time per object on one thread; best batch of each side, in alternation\n\
         {} against {}",
        sides.ours, sides.peer
    );
    let cases = cases(&String::from_utf8_lossy(&output.stdout))?;
    Ok(Report::new("decode", heading, cases))
}

fn cases(lines: &str) -> Result<Vec<Case>> {
    let mut targets = TARGETS.to_vec();
    let cases = lines.lines().map(|line| {
        let Measured { case: name, ours, peer } = serde_json::from_str(line)
            .map_err(|error| Failure::new(format!("benches/decode printed {line:?}: {error}")))?;
        let index = targets.iter().position(|(case, _)| *case == name);
        let target = index.map(|at| Target::Ratio(targets.remove(at).1));
        Ok(Case::new(name, "µs", ours, peer).with_target(target))
    });
    let cases = cases.collect::<Result<Vec<_>>>()?;
    match targets.first() {
        Some((case, _)) => Err(Failure::new(format!("benches/decode has no case {case:?}"))),
        None => Ok(cases),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"{"case":"Pod with managedFields","ours":10.5,"peer":30.0}
{"case":"Node","ours":2.0,"peer":4.0}
{"case":"Pod without managedFields","ours":9.0,"peer":12.0}
"#;

    #[test]
    fn targets_are_added_by_name() {
        let cases = cases(LINES).unwrap();
        let targets: Vec<_> = cases.iter().map(Case::target).collect();
        assert_eq!(targets, [Some(Target::Ratio(0.4)), None, Some(Target::Ratio(0.8))]);
        assert_eq!(cases[1], Case::new("Node", "µs", 2.0, 4.0));
    }

    #[test]
    fn invalid_line_and_missing_case_are_errors() {
        for (from, to, part) in [
            ("\"ours\":2.0", "\"ours\":null", "Node"),
            ("Pod without", "Pods without", "no case \"Pod without managedFields\""),
        ] {
            let error = cases(&LINES.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
