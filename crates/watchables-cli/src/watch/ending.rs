//! Why a watch ends, and with which result.

use anyhow::bail;

use crate::args::WatchArgs;

/// Why a watch ends without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The expression of `--until` is true.
    Until,
    /// After the number of events of `--count`.
    Count,
    /// After the time of `--for`.
    TimedOut,
    /// The reader of standard output has closed the pipe.
    Closed,
    /// Ctrl-C, or SIGTERM.
    Interrupted,
}

impl Ending {
    /// Returns the result of the command: with `--until`, only its event is a success.
    ///
    /// # Errors
    ///
    /// If the event of `--until` did not come.
    pub(crate) fn result(self, args: &WatchArgs) -> anyhow::Result<()> {
        let Some(until) = &args.expressions.until else { return Ok(()) };
        let when = match self {
            Self::Until => return Ok(()),
            Self::Count => "among those that --count allows",
            Self::TimedOut => "within the time set by --for",
            Self::Closed => "before the reader of standard output ended",
            Self::Interrupted => "before the interrupt",
        };
        bail!("--until: there was no event for which {until:?} is true {when}")
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn with_until_only_its_event_is_a_success() {
        let with = WatchArgs::parse_from(["watch", "pods", "--until", "true"]);
        let without = WatchArgs::parse_from(["watch", "pods"]);
        let others = [Ending::Count, Ending::TimedOut, Ending::Closed, Ending::Interrupted];
        for ending in others {
            let error = ending.result(&with).unwrap_err().to_string();
            assert!(error.contains("no event for which \"true\" is true"), "{error}");
            assert!(ending.result(&without).is_ok());
        }
        assert!(Ending::Until.result(&with).is_ok());
    }
}
