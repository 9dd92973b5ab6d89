//! `cargo xtask bench instructions`: counts what each step from a socket's bytes to a typed object takes,
//! and holds that to a budget. Unlike time, it does not depend on what else the machine does.

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
    /// Fail where a case is not within 5 % of its budget, in place of writing the budget anew
    #[arg(long)]
    check: bool,
}

const PACKAGE: &str = "instructions";

/// How often a thing is done in the two runs that are compared.
const TIMES: [u32; 2] = [100, 300];
/// Below so many instructions a thing is done so many times as often, lest the rest of the run shows: maps
/// are seeded anew in each.
const SMALL: u64 = 10_000;
const OFTENER: u32 = 50;

pub(super) fn instructions(root: &Path, cargo: &Cargo, options: Options) -> Result<Report> {
    let callgrind = Callgrind::find()?;
    let file = root.join(FILE);
    // What is wrong with it is told before minutes of work.
    let kept = options.check.then(|| Budget::parse(&files::read(&file)?)).transpose()?;
    let (rustc, target) = compiler()?;
    let program = build(cargo)?;
    let instructions = cases(&program)?
        .into_iter()
        .map(|case| {
            eprintln!("counting {case}");
            let count = |times: u32| callgrind.count(&program, &[&case, &times.to_string()]);
            Ok((case.clone(), of_one(count)?))
        })
        .collect::<Result<_>>()?;
    let fresh = Budget { rustc, target, instructions };
    let what = if let Some(kept) = kept {
        kept.hold(&fresh)?;
        format!("all within 5 % of {FILE}")
    } else {
        files::write(&file, &fresh.text())?;
        format!("written to {FILE}")
    };
    Ok(report(&what, &fresh))
}

/// The cost of one, by the difference of two runs: what a run costs beside falls away.
fn of_one(count: impl Fn(u32) -> Result<u64>) -> Result<u64> {
    let between = |[few, many]: [u32; 2]| {
        let more = count(many)?.saturating_sub(count(few)?);
        Ok(more / u64::from(many - few))
    };
    match between(TIMES)? {
        ..SMALL => between(TIMES.map(|times| times * OFTENER)),
        large => Ok(large),
    }
}

/// The compiler as it says itself, and what it builds for.
fn compiler() -> Result<(String, String)> {
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.arg("-vV");
    let text = cargo::output(command)?;
    let mut lines = text.lines();
    let rustc = lines.next().filter(|line| line.starts_with("rustc "));
    let target = lines.find_map(|line| line.strip_prefix("host: "));
    match (rustc, target) {
        (Some(rustc), Some(target)) => Ok((rustc.to_owned(), target.to_owned())),
        _ => Err(Failure::new(format!("rustc -vV does not say what it is, but: {text:?}"))),
    }
}

/// Builds the program as the budget's was, whatever the environment asks for.
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

fn report(what: &str, counts: &Budget) -> Report {
    let heading = format!(
        "instructions: of one of each, allocator included; {what}\n{} for {}",
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

    /// What one takes, beside a start of 5,000,000; and how often it was done.
    fn counted(one: u64) -> (u64, Vec<u32>) {
        let runs = RefCell::new(Vec::new());
        let count = |times| {
            runs.borrow_mut().push(times);
            Ok(5_000_000 + one * u64::from(times))
        };
        (of_one(count).unwrap(), runs.into_inner())
    }

    #[test]
    fn what_a_run_costs_beside_falls_away() {
        assert_eq!(counted(150_000), (150_000, vec![300, 100]));
    }

    #[test]
    fn what_is_small_is_done_oftener() {
        assert_eq!(counted(1_400), (1_400, vec![300, 100, 15_000, 5_000]));
    }

    #[test]
    fn the_report_has_each_count() {
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
