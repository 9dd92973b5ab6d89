//! A moment in a recording, as it is written on the command line.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

/// A moment in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Timestamp),
    /// This long after the recording's start.
    AfterStart(SignedDuration),
}

impl Moment {
    /// Returns the time of the moment in a recording that starts then.
    pub(crate) fn time(self, start: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::AfterStart(duration) => start.saturating_add(duration).unwrap_or(Timestamp::MAX),
        }
    }
}

/// `2026-01-02T03:04:05Z`, or `+90s`.
impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = match text.strip_prefix('+') {
            Some(duration) => {
                let duration = duration.parse::<SignedDuration>().ok();
                duration.filter(|duration| !duration.is_negative()).map(Self::AfterStart)
            }
            None => text.parse().ok().map(Self::At),
        };
        parsed.ok_or_else(|| {
            "expected a time such as 2026-01-02T03:04:05Z, or +5m for five minutes after the start"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_times_or_durations_after_the_start() {
        let start: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let time = |text: &str| text.parse::<Moment>().map(|moment| moment.time(start).to_string());
        assert_eq!(time("+1m30s").unwrap(), "2026-01-02T03:05:35Z");
        assert_eq!(time("+0s").unwrap(), start.to_string());
        assert_eq!(time("2026-01-02T05:04:05+01:00").unwrap(), "2026-01-02T04:04:05Z");
        for text in ["", "soon", "5m", "+", "+-5m", "2026-01-02"] {
            assert!(time(text).unwrap_err().contains("expected a time"), "{text}");
        }
    }
}
