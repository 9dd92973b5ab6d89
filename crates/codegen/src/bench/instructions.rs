//! `cargo xtask bench instructions`: counts the instructions of each step from the bytes of a socket to a
//! typed object and checks them against a budget. Unlike time, counts do not depend on other load.

mod budget;
mod callgrind;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use super::cargo::{self, Cargo};
use super::report::{Case, Report};
use crate::error::{Failure, Result};
use crate::files;
use budget::{Budget, FILE};
use callgrind::Callgrind;

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Options {
    /// Fail if a case is not within 5 % of its budget, instead of updating the budget
    #[arg(long)]
    check: bool,
}

const PACKAGE: &str = "instructions";

/// The repetitions of a case in the two runs that are compared.
const REPETITIONS: [u32; 2] = [100, 300];
/// Cases below this many instructions are repeated this many times more often, to hide the noise of the
/// rest of the run: maps have a new seed in each.
const SMALL: u64 = 10_000;
const SMALL_FACTOR: u32 = 50;

pub(super) fn instructions(root: &Path, cargo: &Cargo, options: Options) -> Result<Report> {
    let callgrind = Callgrind::find()?;
    let file = root.join(FILE);
    // Report an invalid budget before minutes of work.
    let budget = options.check.then(|| Budget::parse(&files::read(&file)?)).transpose()?;
    let (rustc, target) = compiler()?;
    let program = build(cargo)?;
    let instructions = cases(&program)?
        .into_iter()
        .map(|case| {
            eprintln!("counting {case}");
            let count = |times: u32| callgrind.count(&program, &[&case, &times.to_string()]);
            Ok((case.clone(), per_repetition(count)?))
        })
        .collect::<Result<_>>()?;
    let fresh = Budget { rustc, target, instructions };
    let outcome = if let Some(budget) = budget {
        budget.check(&fresh)?;
        format!("all within 5 % of {FILE}")
    } else {
        files::write(&file, &fresh.text())?;
        format!("written to {FILE}")
    };
    Ok(report(&outcome, &fresh))
}

/// Returns the cost of one repetition as the difference of two runs, which cancels out fixed costs.
fn per_repetition(count: impl Fn(u32) -> Result<u64>) -> Result<u64> {
    let difference = |[few, many]: [u32; 2]| {
        let more = count(many)?.saturating_sub(count(few)?);
        Ok(more / u64::from(many - few))
    };
    match difference(REPETITIONS)? {
        ..SMALL => difference(REPETITIONS.map(|times| times * SMALL_FACTOR)),
        large => Ok(large),
    }
}

/// Returns the compiler's version and its host triple.
fn compiler() -> Result<(String, String)> {
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.arg("-vV");
    let text = cargo::output(command)?;
    let mut lines = text.lines();
    let rustc = lines.next().filter(|line| line.starts_with("rustc "));
    let target = lines.find_map(|line| line.strip_prefix("host: "));
    match (rustc, target) {
        (Some(rustc), Some(target)) => Ok((rustc.to_owned(), target.to_owned())),
        _ => Err(Failure::new(format!("unexpected output of rustc -vV: {text:?}"))),
    }
}

/// Builds the program independently of the environment.
fn build(cargo: &Cargo) -> Result<PathBuf> {
    eprintln!("building {PACKAGE}");
    let folder = cargo.target(PACKAGE);
    let args = ["build", "--release", "--locked", "--package", PACKAGE];
    let mut command = cargo.command(&args);
    command.arg("--target-dir").arg(&folder);
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        command.env_remove(name);
    }
    cargo::run(command)?;
    Ok(folder.join("release").join(PACKAGE))
}

fn cases(program: &Path) -> Result<Vec<String>> {
    let names = cargo::output(Command::new(program))?;
    Ok(names.lines().map(str::to_owned).collect())
}

fn report(outcome: &str, counts: &Budget) -> Report {
    let heading = format!(
        "instructions of one repetition, allocator included; {outcome}\n{} for {}",
        counts.rustc, counts.target
    );
    let cases = counts.instructions.iter().map(|(case, count)| {
        #[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
        Case::new(case, "instr", *count as f64, None)
    });
    Report::new(PACKAGE, heading, cases.collect())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Simulates a case with a fixed cost of 5,000,000; returns its measured cost and the repetitions.
    fn counted(one: u64) -> (u64, Vec<u32>) {
        let runs = RefCell::new(Vec::new());
        let count = |times| {
            runs.borrow_mut().push(times);
            Ok(5_000_000 + one * u64::from(times))
        };
        (per_repetition(count).unwrap(), runs.into_inner())
    }

    #[test]
    fn fixed_cost_cancels_out() {
        assert_eq!(counted(150_000), (150_000, vec![300, 100]));
    }

    #[test]
    fn small_case_is_repeated_more_often() {
        assert_eq!(counted(1_400), (1_400, vec![300, 100, 15_000, 5_000]));
    }

    #[test]
    fn report_contains_each_count() {
        let counts = Budget {
            rustc: "rustc 1.95.0".to_owned(),
            target: "x86_64-unknown-linux-gnu".to_owned(),
            instructions: [("skip: Pod".to_owned(), 61_363)].into(),
        };
        let report = report("written", &counts);
        assert!(report.table().contains("rustc 1.95.0 for x86_64-unknown-linux-gnu"));
        let line = r#"{"bench":"instructions","case":"skip: Pod","ours":61363.0,"peer":null,"unit":"instr","#;
        assert!(report.json().starts_with(line), "{}", report.json());
    }
}
