//! What the server has, and what happens to it.

use std::time::Duration;

use clap::Parser;
use gauge::monotonic;

/// What the server has, and what happens to it; the same for every watch.
#[derive(Clone, Copy, Debug, Parser)]
pub(crate) struct Scenario {
    /// How many objects there are
    #[arg(long, default_value_t = 0)]
    pub(crate) objects: u32,
    /// How many of them are changed, in turns, in each watch
    #[arg(long, default_value_t = 0)]
    pub(crate) events: u32,
    /// How many changes a second; 0 is as many as are taken
    #[arg(long, default_value_t = 0)]
    pub(crate) rate: u32,
    /// How many objects there are of each kind that is none of Kubernetes' own; all else of them is in
    /// the same proportion
    #[arg(long)]
    pub(crate) custom: Option<u32>,
    /// How many seconds lie between a watch's bookmarks; 0 is none
    #[arg(long, default_value_t = 0)]
    pub(crate) bookmarks: u32,
    /// How many servers there are, each at a URL of its own
    #[arg(long, default_value_t = 1)]
    pub(crate) servers: u32,
    /// For how many seconds each server is away, soon after its first connection; 0 is never
    #[arg(long, default_value_t = 0)]
    pub(crate) outage: u32,
    /// Never answer
    #[arg(long)]
    pub(crate) mute: bool,
    /// Cut each watch once it is begun
    #[arg(long)]
    pub(crate) cut: bool,
    /// What objects say of when they were sent
    #[arg(skip)]
    pub(crate) stamp: Stamp,
}

/// What objects say of when they were sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Stamp {
    /// The truth.
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
    /// The same for a kind that is none of Kubernetes' own.
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
    fn custom_kinds_are_a_part_of_the_whole() {
        let args = "replayer --objects 150000 --events 36000 --rate 600 --custom 2500";
        let scenario = Scenario::parse_from(args.split(' ')).of_custom_kind();
        assert_eq!((scenario.objects, scenario.events, scenario.rate), (2_500, 600, 10));
        let same = Scenario::parse_from(["replayer", "--objects", "3"]).of_custom_kind();
        assert_eq!(same.objects, 3);
    }
}
