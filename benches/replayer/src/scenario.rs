//! The scenario: the objects of the server, their changes and its failures.

use std::time::Duration;

use clap::Parser;
use gauge::monotonic;

/// The objects of the server, their changes and its failures; the same for every watch.
#[derive(Clone, Copy, Debug, Parser)]
pub(crate) struct Scenario {
    /// Number of objects
    #[arg(long, default_value_t = 0)]
    pub(crate) objects: u32,
    /// Number of changes in each watch, which cycle through the objects
    #[arg(long, default_value_t = 0)]
    pub(crate) events: u32,
    /// Changes per second; 0 is as fast as the client reads
    #[arg(long, default_value_t = 0)]
    pub(crate) rate: u32,
    /// Number of objects of each custom kind; their changes and rate are scaled by the same factor
    #[arg(long)]
    pub(crate) custom: Option<u32>,
    /// Seconds between bookmarks of a watch; 0 is none
    #[arg(long, default_value_t = 0)]
    pub(crate) bookmarks: u32,
    /// Number of servers, each at its own URL
    #[arg(long, default_value_t = 1)]
    pub(crate) servers: u32,
    /// Seconds for which each server refuses connections, soon after its first one; 0 is never
    #[arg(long, default_value_t = 0)]
    pub(crate) outage: u32,
    /// Never respond
    #[arg(long)]
    pub(crate) no_response: bool,
    /// Disconnect each watch after its initial events
    #[arg(long)]
    pub(crate) disconnect: bool,
    /// End each watch after its changes, and reject the next one as expired; afterwards nothing changes
    #[arg(long)]
    pub(crate) expire: bool,
    /// The time that objects carry as their send time
    #[arg(skip)]
    pub(crate) stamp: Stamp,
}

/// The time that objects carry as their send time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Stamp {
    /// The current time.
    #[default]
    Now,
    /// This time.
    At(Duration),
}

impl Stamp {
    pub(crate) fn time(self) -> Duration {
        match self {
            Self::Now => monotonic(),
            Self::At(time) => time,
        }
    }
}

impl Scenario {
    /// Returns the scenario scaled to a custom kind.
    pub(crate) fn of_custom_kind(self) -> Self {
        let Some(objects) = self.custom else { return self };
        let share = |of: u32| {
            let part = u64::from(of) * u64::from(objects) / u64::from(self.objects.max(1));
            u32::try_from(part).unwrap_or(u32::MAX)
        };
        Self { objects, events: share(self.events), rate: share(self.rate), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_kinds_are_scaled() {
        let args = "replayer --objects 150000 --events 36000 --rate 600 --custom 2500";
        let scenario = Scenario::parse_from(args.split(' ')).of_custom_kind();
        assert_eq!((scenario.objects, scenario.events, scenario.rate), (2_500, 600, 10));
        let same = Scenario::parse_from(["replayer", "--objects", "3"]).of_custom_kind();
        assert_eq!(same.objects, 3);
    }
}
