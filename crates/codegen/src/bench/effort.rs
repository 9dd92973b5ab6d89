//! How long a bench may take.

use clap::Args;

/// How often each side runs in most benches.
pub(super) const ROUNDS: u16 = 5;
/// The part of the work that is done for a quick look.
const QUICK: u32 = 10;

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Effort {
    /// How often each side runs, in turns; the median counts; 5, or once where the heading says so
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Do a tenth of the work, for a first look: the figures are rougher
    #[arg(long)]
    quick: bool,
}

impl Effort {
    /// How often each side runs, where nothing else was said.
    pub(super) fn rounds(self, usual: u16) -> u16 {
        self.rounds.unwrap_or(usual)
    }

    /// So many of something, or fewer for a quick look; as an argument.
    pub(super) fn count(self, full: u32) -> String {
        let count = if self.quick { full / QUICK } else { full };
        count.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_of_rounds_counts() {
        let effort = |rounds| Effort { rounds, quick: false };
        assert_eq!([None, Some(2)].map(|said| effort(said).rounds(5)), [5, 2]);
    }

    #[test]
    fn a_quick_look_takes_a_tenth() {
        let effort = |quick| Effort { rounds: None, quick };
        assert_eq!(effort(false).count(100_000), "100000");
        assert_eq!(effort(true).count(100_000), "10000");
    }
}
