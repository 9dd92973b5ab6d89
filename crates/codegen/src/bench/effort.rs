//! The effort of a bench: rounds and amount of work.

use clap::Args;

/// The default number of rounds of most benches.
pub(super) const ROUNDS: u16 = 5;
/// The divisor of the work with `--quick`.
const QUICK: u32 = 10;

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Number of runs of each side, in alternation; the median counts [default: 5, or 1 for stop, outage
    /// and scale]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Do a tenth of the work, with less precise figures
    #[arg(long)]
    quick: bool,
}

impl Effort {
    /// Returns the number of rounds.
    pub(super) fn rounds(self, default: u16) -> u16 {
        self.rounds.unwrap_or(default)
    }

    /// Scales a count and returns it as an argument.
    pub(super) fn count(self, full: u32) -> String {
        self.scaled(full).to_string()
    }

    /// Scales a count.
    pub(super) fn scaled(self, full: u32) -> u32 {
        if self.quick { full / QUICK } else { full }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_override_the_default() {
        let effort = |rounds| Effort { rounds, quick: false };
        assert_eq!([None, Some(2)].map(|rounds| effort(rounds).rounds(5)), [5, 2]);
    }

    #[test]
    fn quick_scales_counts_to_a_tenth() {
        let effort = |quick| Effort { rounds: None, quick };
        assert_eq!(effort(false).count(100_000), "100000");
        assert_eq!(effort(true).count(100_000), "10000");
    }
}
