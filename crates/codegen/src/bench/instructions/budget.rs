//! The budget: how many instructions each case took when that was last written down.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

use crate::error::{Failure, Result};

/// The file, relative to the repository's root.
pub(super) const FILE: &str = "benches/instructions/budget.toml";

/// How far a count may be off, either way, in percent.
const WITHIN: f64 = 5.0;

const HEAD: &str = "\
# How many instructions each case takes, allocator included. Written by `cargo xtask bench instructions`,
# and held within 5 % by `cargo xtask bench instructions --check`: do not edit.
";

/// Counts, and what they were taken with.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Budget {
    /// As `rustc --version` says it.
    pub(super) rustc: String,
    /// The triple that was built for.
    pub(super) target: String,
    /// By case.
    pub(super) instructions: BTreeMap<String, u64>,
}

impl Budget {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let written = "write it anew: cargo xtask bench instructions";
        toml::from_str(text).map_err(|error| Failure::new(format!("{FILE}: {error}")).mend(written))
    }

    /// The file's text.
    pub(super) fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut text = format!(
            "{HEAD}rustc = {}\ntarget = {}\n\n[instructions]\n",
            quoted(&self.rustc),
            quoted(&self.target)
        );
        for (case, count) in &self.instructions {
            let _ = writeln!(text, "{} = {count}", quoted(case));
        }
        text
    }

    /// Holds fresh counts to this one.
    ///
    /// # Errors
    ///
    /// Names each case that is not as it was.
    pub(super) fn hold(&self, fresh: &Self) -> Result<()> {
        let cases: BTreeSet<_> =
            self.instructions.keys().chain(fresh.instructions.keys()).collect();
        let faults: Vec<_> = cases
            .into_iter()
            .filter_map(|case| {
                let counts = [self, fresh].map(|side| side.instructions.get(case).copied());
                fault(counts).map(|fault| format!("{case}: {fault}"))
            })
            .collect();
        if faults.is_empty() {
            return Ok(());
        }
        let mut mend = String::from(
            "where that is meant, `cargo xtask bench instructions` writes the new figures down",
        );
        if (&self.rustc, &self.target) != (&fresh.rustc, &fresh.target) {
            let _ = write!(
                mend,
                "; the budget was taken with {} for {}, and this is {} for {}",
                self.rustc, self.target, fresh.rustc, fresh.target
            );
        }
        Err(Failure::new(format!("{FILE} does not hold:\n{}", faults.join("\n"))).mend(mend))
    }
}

/// What is wrong with a case, of what the budget has and what was counted.
fn fault([budget, fresh]: [Option<u64>; 2]) -> Option<String> {
    match (budget, fresh) {
        (Some(budget), Some(fresh)) => {
            let off = percent(budget, fresh);
            let (than, so) = if off > WITHIN {
                ("more", "")
            } else if off < -WITHIN {
                ("less", ": write the better figure down")
            } else {
                return None;
            };
            let off = off.abs();
            Some(format!("{fresh} instructions, {off:.1} % {than} than its budget of {budget}{so}"))
        }
        (None, Some(fresh)) => Some(format!("{fresh} instructions, and no budget")),
        (Some(budget), None) => Some(format!("a budget of {budget}, and no such case")),
        (None, None) => None,
    }
}

/// How much more than the first the second is.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53, which no count comes near")]
fn percent(budget: u64, fresh: u64) -> f64 {
    (fresh as f64 / budget as f64 - 1.0) * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(counts: &[(&str, u64)]) -> Budget {
        Budget {
            rustc: "rustc 1.95.0 (59807616e 2026-04-14)".to_owned(),
            target: "x86_64-unknown-linux-gnu".to_owned(),
            instructions: counts.iter().map(|(case, count)| ((*case).to_owned(), *count)).collect(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_sorted() {
        let written = budget(&[("skip: Pod", 7), ("decode: \"odd\" \\ name", 1_000)]);
        let text = written.text();
        assert_eq!(Budget::parse(&text).unwrap(), written);
        let ends = "[instructions]\n'decode: \"odd\" \\ name' = 1000\n\"skip: Pod\" = 7\n";
        assert!(text.ends_with(ends), "{text}");
        assert!(text.contains("rustc = \"rustc 1.95.0 (59807616e 2026-04-14)\"\n"), "{text}");
    }

    #[test]
    fn a_file_that_is_no_budget_is_named_with_the_mend() {
        let good = budget(&[("skip: Pod", 7)]).text();
        for bad in [
            String::new(),
            good.replace("= 7", "= -7"),
            good.replace("target", "machine"),
            format!("{good}\"skip: Pod\" = 8\n"),
        ] {
            let error = Budget::parse(&bad).unwrap_err().to_string();
            assert!(error.starts_with(FILE), "{error}");
            assert!(error.ends_with("write it anew: cargo xtask bench instructions"), "{error}");
        }
    }

    #[test]
    fn five_percent_either_way_holds() {
        let kept = budget(&[("a", 1_000)]);
        for (count, holds) in
            [(949, false), (951, true), (1_000, true), (1_049, true), (1_051, false)]
        {
            assert_eq!(kept.hold(&budget(&[("a", count)])).is_ok(), holds, "{count}");
        }
    }

    #[test]
    fn each_case_that_is_off_is_named() {
        let kept = budget(&[("better", 1_000), ("gone", 5), ("same", 9), ("worse", 1_000)]);
        let fresh = budget(&[("better", 900), ("new", 6), ("same", 9), ("worse", 1_062)]);
        let error = kept.hold(&fresh).unwrap_err().to_string();
        let lines: Vec<_> = error.lines().collect();
        assert_eq!(
            lines[1..5],
            [
                "better: 900 instructions, 10.0 % less than its budget of 1000: write the better \
                 figure down",
                "gone: a budget of 5, and no such case",
                "new: 6 instructions, and no budget",
                "worse: 1062 instructions, 6.2 % more than its budget of 1000",
            ]
        );
        assert!(!error.contains("same") && !error.contains("taken with"), "{error}");
    }

    #[test]
    fn another_compiler_is_told_where_the_budget_does_not_hold() {
        let kept = budget(&[("a", 1_000)]);
        let other = |count| Budget { rustc: "rustc 1.99.0".to_owned(), ..budget(&[("a", count)]) };
        kept.hold(&other(1_010)).unwrap();
        let error = kept.hold(&other(2_000)).unwrap_err().to_string();
        assert!(error.contains("taken with rustc 1.95.0 (59807616e"), "{error}");
        assert!(error.contains("this is rustc 1.99.0 for x86_64"), "{error}");
    }

    #[test]
    fn a_budget_of_nothing_does_not_hold_what_costs_something() {
        assert!(budget(&[("a", 0)]).hold(&budget(&[("a", 1)])).is_err());
    }
}
