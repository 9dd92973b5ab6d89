//! How the watches are, in a line.

use std::time::Duration;

use crate::now::Now;
use crate::text;

/// How long an interruption lasts before it is shown: servers end connections all the time.
const SHOWN_AFTER: Duration = Duration::from_secs(1);
/// For how long it is shown that something is over.
const OVER: Duration = Duration::from_secs(30);

/// How a watch is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchState {
    /// It waits for the first response.
    Connecting,
    /// It receives the objects that exist.
    Listing {
        /// How many it has.
        done: u64,
        /// How many are left, if the server says.
        remaining: Option<u64>,
    },
    /// It receives events as they happen.
    Live,
    /// It fails, and tries again.
    Interrupted {
        /// Why.
        cause: String,
        /// When it tries again, by [`Now::elapsed`], if it waits for that.
        retry: Option<Duration>,
    },
    /// It has ended, for good.
    Failed {
        /// Why.
        cause: String,
    },
}

/// A watch, of a kind or of a part of it.
#[derive(Clone, Debug)]
struct Watch {
    name: String,
    state: WatchState,
    /// Since when it is interrupted.
    since: Option<Duration>,
}

/// All watches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watches {
    all: Vec<Watch>,
    /// When the last interruption was over that was shown, and how long it was.
    resumed: Option<(Duration, Duration)>,
    /// When a comparison found changes last, and how many at that time.
    repaired: Option<(Duration, u64)>,
    /// What deserves a look.
    pub(crate) remark: Option<String>,
}

/// A line, and how much it matters.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Good(String),
    Waiting(String),
    Bad(String),
}

impl Watches {
    pub(crate) fn new(names: Vec<String>) -> Self {
        let mut watches = Self::default();
        for name in names {
            watches.add(name);
        }
        watches
    }

    /// Adds one, and returns its place.
    pub(crate) fn add(&mut self, name: String) -> usize {
        self.all.push(Watch { name, state: WatchState::Connecting, since: None });
        self.all.len() - 1
    }

    pub(crate) fn set(&mut self, place: usize, state: WatchState, now: Now) {
        let Some(watch) = self.all.get_mut(place) else { return };
        match (&state, watch.since) {
            (WatchState::Interrupted { .. }, None) => watch.since = Some(now.elapsed),
            (WatchState::Live, Some(since)) => {
                let lasted = now.since(since);
                watch.since = None;
                if lasted >= SHOWN_AFTER {
                    self.resumed = Some((now.elapsed, lasted));
                }
            }
            _ => {}
        }
        watch.state = state;
    }

    /// Takes note of a change that a comparison has found.
    pub(crate) fn repaired(&mut self, now: Now) {
        let recent = self.repaired.filter(|(at, _)| now.since(*at) < OVER);
        self.repaired = Some((now.elapsed, recent.map_or(0, |(_, count)| count) + 1));
    }

    /// Returns the line that matters most.
    pub(crate) fn line(&self, now: Now) -> Line {
        let failed = self.all.iter().find_map(|watch| match &watch.state {
            WatchState::Failed { cause } => {
                Some(format!("{}: {cause}; nothing more comes", watch.name))
            }
            _ => None,
        });
        if let Some(line) = failed.or_else(|| self.interrupted(now)) {
            return Line::Bad(line);
        }
        if let Some(line) = self.starting() {
            return Line::Waiting(line);
        }
        let mut line = match self.all.len() {
            1 => "live".to_owned(),
            count => format!("live, {count} watches"),
        };
        if let Some((at, lasted)) = self.resumed
            && now.since(at) < OVER
        {
            let lasted = lasted.as_secs().max(1);
            line = format!("{line}; watching again after {lasted} s from the last event");
        }
        if let Some((at, count)) = self.repaired
            && now.since(at) < OVER
        {
            let changes = text::counted(count, "change");
            line = format!("{line}; repaired: {changes} found by a comparison");
        }
        match &self.remark {
            Some(remark) => Line::Waiting(format!("{line}; {remark}")),
            None => Line::Good(line),
        }
    }

    fn interrupted(&self, now: Now) -> Option<String> {
        let mut interrupted = self.all.iter().filter_map(|watch| {
            let since = watch.since.filter(|since| now.since(*since) >= SHOWN_AFTER)?;
            let WatchState::Interrupted { cause, retry } = &watch.state else {
                return Some(format!("{}: trying again", watch.name));
            };
            let next = match retry.map(|at| at.saturating_sub(now.elapsed)) {
                Some(wait) if !wait.is_zero() => format!("next try in {} s", wait.as_secs() + 1),
                _ => "trying again".to_owned(),
            };
            let lasted = now.since(since).as_secs();
            Some(format!("{} interrupted for {lasted} s: {cause}; {next}", watch.name))
        });
        let first = interrupted.next()?;
        Some(match interrupted.count() {
            0 => first,
            more => format!("{first} (and {more} more)"),
        })
    }

    fn starting(&self) -> Option<String> {
        let is_listing = |watch: &&Watch| matches!(watch.state, WatchState::Listing { .. });
        let is_connecting = |watch: &&Watch| watch.state == WatchState::Connecting;
        if let Some(watch) = self.all.iter().find(is_listing)
            && let WatchState::Listing { done, remaining } = watch.state
        {
            let of = remaining.map(|left| format!(" of {}", text::count(done + left)));
            let of = of.unwrap_or_default();
            return Some(format!("listing {}: {}{of}", watch.name, text::count(done)));
        }
        let watch = self.all.iter().find(is_connecting)?;
        Some(format!("connecting to watch {}", watch.name))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn at(ms: u64) -> Now {
        Now { time: Timestamp::UNIX_EPOCH, elapsed: Duration::from_millis(ms) }
    }

    fn interrupted(cause: &str, retry: u64) -> WatchState {
        let retry = Some(Duration::from_millis(retry));
        WatchState::Interrupted { cause: cause.to_owned(), retry }
    }

    #[test]
    fn start_tells_how_far_it_is() {
        let mut watches = Watches::new(vec!["pods".to_owned(), "services".to_owned()]);
        let text = |watches: &Watches| match watches.line(at(0)) {
            Line::Good(text) | Line::Waiting(text) | Line::Bad(text) => text,
        };
        assert_eq!(text(&watches), "connecting to watch pods");
        watches.set(1, WatchState::Listing { done: 12_000, remaining: Some(138_000) }, at(0));
        assert_eq!(text(&watches), "listing services: 12,000 of 150,000");
        watches.set(1, WatchState::Live, at(0));
        watches.set(0, WatchState::Live, at(0));
        assert_eq!(watches.line(at(0)), Line::Good("live, 2 watches".to_owned()));
    }

    #[test]
    fn interruption_is_told_with_its_cause_until_it_is_over() {
        let mut watches = Watches::new(vec!["pods".to_owned(), "services".to_owned()]);
        watches.set(0, WatchState::Live, at(0));
        watches.set(1, WatchState::Live, at(0));
        watches.set(0, interrupted("disconnected", 3_000), at(1_000));
        assert_eq!(watches.line(at(1_900)), Line::Good("live, 2 watches".to_owned()), "too short");
        let line = "pods interrupted for 1 s: disconnected; next try in 1 s";
        assert_eq!(watches.line(at(2_500)), Line::Bad(line.to_owned()));
        watches.set(1, interrupted("gone", 3_000), at(1_200));
        watches.set(0, WatchState::Connecting, at(3_000));
        let line = "pods: trying again (and 1 more)";
        assert_eq!(watches.line(at(4_000)), Line::Bad(line.to_owned()));
        watches.set(0, WatchState::Live, at(5_000));
        watches.set(1, WatchState::Live, at(5_000));
        watches.repaired(at(5_000));
        watches.repaired(at(5_001));
        let line = "live, 2 watches; watching again after 3 s from the last event; repaired: 2 changes found by a comparison";
        assert_eq!(watches.line(at(6_000)), Line::Good(line.to_owned()));
        assert_eq!(watches.line(at(60_000)), Line::Good("live, 2 watches".to_owned()));
    }

    #[test]
    fn remark_stays_beside_what_is_live() {
        let mut watches = Watches::new(vec!["pods".to_owned()]);
        watches.remark = Some("there is no namespace \"shpo\"".to_owned());
        watches.set(0, WatchState::Live, at(0));
        let line = "live; there is no namespace \"shpo\"";
        assert_eq!(watches.line(at(60_000)), Line::Waiting(line.to_owned()));
        watches.remark = None;
        assert_eq!(watches.line(at(60_000)), Line::Good("live".to_owned()));
    }

    #[test]
    fn watch_that_has_failed_comes_before_all_else() {
        let mut watches = Watches::new(vec!["pods".to_owned()]);
        watches.set(0, WatchState::Failed { cause: "forbidden".to_owned() }, at(0));
        assert_eq!(
            watches.line(at(0)),
            Line::Bad("pods: forbidden; nothing more comes".to_owned())
        );
    }
}
