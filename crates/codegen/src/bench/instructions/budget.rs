//! The budget: the committed instruction count of each case.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

use crate::error::{Failure, Result};

/// The path of the file, relative to the root of the repository.
pub(super) const FILE: &str = "benches/instructions/budget.toml";

/// The allowed deviation of a count in either direction, in percent.
const TOLERANCE: f64 = 5.0;

const HEAD: &str = "\
# Instructions of each case, allocator included. Written by `cargo xtask bench instructions`; do not edit.
# `cargo xtask bench instructions --check` allows a deviation of 5 %.
";

/// Counts, with the compiler and target that they depend on.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Budget {
    /// The output of `rustc --version`.
    pub(super) rustc: String,
    /// The target triple.
    pub(super) target: String,
    /// By case.
    pub(super) instructions: BTreeMap<String, u64>,
}

impl Budget {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let hint = "rewrite it with `cargo xtask bench instructions`";
        toml::from_str(text).map_err(|error| Failure::new(format!("{FILE}: {error}")).hint(hint))
    }

    /// Returns the content of the file.
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

    /// Checks new counts against the budget.
    ///
    /// # Errors
    ///
    /// Names each case that deviates.
    pub(super) fn check(&self, fresh: &Self) -> Result<()> {
        let cases: BTreeSet<_> =
            self.instructions.keys().chain(fresh.instructions.keys()).collect();
        let deviations: Vec<_> = cases
            .into_iter()
            .filter_map(|case| {
                let counts = [self, fresh].map(|side| side.instructions.get(case).copied());
                deviation(counts).map(|text| format!("{case}: {text}"))
            })
            .collect();
        if deviations.is_empty() {
            return Ok(());
        }
        let mut hint = String::from(
            "if that is intended, update the budget with `cargo xtask bench instructions`",
        );
        if (&self.rustc, &self.target) != (&fresh.rustc, &fresh.target) {
            let _ = write!(
                hint,
                "; the budget was measured with {} for {}, and this is {} for {}",
                self.rustc, self.target, fresh.rustc, fresh.target
            );
        }
        Err(Failure::new(format!("counts deviate from {FILE}:\n{}", deviations.join("\n")))
            .hint(hint))
    }
}

/// Describes the deviation of a case, if it exceeds the tolerance.
fn deviation([budget, fresh]: [Option<u64>; 2]) -> Option<String> {
    match (budget, fresh) {
        (Some(budget), Some(fresh)) => {
            let off = percent(budget, fresh);
            let (than, so) = if off > TOLERANCE {
                ("more", "")
            } else if off < -TOLERANCE {
                ("less", ": update the budget")
            } else {
                return None;
            };
            let off = off.abs();
            Some(format!("{fresh} instructions, {off:.1} % {than} than its budget of {budget}{so}"))
        }
        (None, Some(fresh)) => Some(format!("{fresh} instructions, but no budget")),
        (Some(budget), None) => Some(format!("a budget of {budget}, but no such case")),
        (None, None) => None,
    }
}

/// Returns by how much the second count exceeds the first, in percent.
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
    fn budget_round_trips_and_is_sorted() {
        let written = budget(&[("skip: Pod", 7), ("decode: \"odd\" \\ name", 1_000)]);
        let text = written.text();
        assert_eq!(Budget::parse(&text).unwrap(), written);
        let ends = "[instructions]\n'decode: \"odd\" \\ name' = 1000\n\"skip: Pod\" = 7\n";
        assert!(text.ends_with(ends), "{text}");
        assert!(text.contains("rustc = \"rustc 1.95.0 (59807616e 2026-04-14)\"\n"), "{text}");
    }

    #[test]
    fn invalid_file_is_named_with_a_hint() {
        let good = budget(&[("skip: Pod", 7)]).text();
        for bad in [
            String::new(),
            good.replace("= 7", "= -7"),
            good.replace("target", "machine"),
            format!("{good}\"skip: Pod\" = 8\n"),
        ] {
            let error = Budget::parse(&bad).unwrap_err().to_string();
            assert!(error.starts_with(FILE), "{error}");
            assert!(error.ends_with("rewrite it with `cargo xtask bench instructions`"), "{error}");
        }
    }

    #[test]
    fn deviation_up_to_five_percent_is_allowed() {
        let committed = budget(&[("a", 1_000)]);
        for (count, holds) in
            [(949, false), (951, true), (1_000, true), (1_049, true), (1_051, false)]
        {
            assert_eq!(committed.check(&budget(&[("a", count)])).is_ok(), holds, "{count}");
        }
    }

    #[test]
    fn each_deviating_case_is_named() {
        let committed = budget(&[("better", 1_000), ("gone", 5), ("same", 9), ("worse", 1_000)]);
        let fresh = budget(&[("better", 900), ("new", 6), ("same", 9), ("worse", 1_062)]);
        let error = committed.check(&fresh).unwrap_err().to_string();
        let lines: Vec<_> = error.lines().collect();
        assert_eq!(
            lines[1..5],
            [
                "better: 900 instructions, 10.0 % less than its budget of 1000: update the budget",
                "gone: a budget of 5, but no such case",
                "new: 6 instructions, but no budget",
                "worse: 1062 instructions, 6.2 % more than its budget of 1000",
            ]
        );
        assert!(!error.contains("same") && !error.contains("measured with"), "{error}");
    }

    #[test]
    fn different_compiler_is_mentioned_if_counts_deviate() {
        let committed = budget(&[("a", 1_000)]);
        let other = |count| Budget { rustc: "rustc 1.99.0".to_owned(), ..budget(&[("a", count)]) };
        committed.check(&other(1_010)).unwrap();
        let error = committed.check(&other(2_000)).unwrap_err().to_string();
        assert!(error.contains("measured with rustc 1.95.0 (59807616e"), "{error}");
        assert!(error.contains("this is rustc 1.99.0 for x86_64"), "{error}");
    }

    #[test]
    fn zero_budget_rejects_any_cost() {
        assert!(budget(&[("a", 0)]).check(&budget(&[("a", 1)])).is_err());
    }
}
