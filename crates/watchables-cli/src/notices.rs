//! Notices on standard error: a watch is interrupted, for which reason, and when it has resumed.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, timeout_at};
use watchables::{Cause, Phase, WatchStatus};

use crate::say::say;

/// How long an interruption lasts before it is reported. Servers end connections all the time.
const REPORT_AFTER: Duration = Duration::from_secs(1);
/// How long a watch must stay live to count as resumed.
const RESUMED_AFTER: Duration = Duration::from_millis(500);
/// The shortest time between two notices of one interruption. It doubles with each, up to
/// `LONGEST_INTERVAL`.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(4);
const LONGEST_INTERVAL: Duration = Duration::from_mins(1);

/// Prints the interruptions of every watch, given by name and status. Never resolves.
pub(crate) async fn report(watches: Vec<(String, Receiver<WatchStatus>)>) {
    join_all(watches.into_iter().map(|(name, status)| report_watch(name, status))).await;
    pending::<()>().await;
}

async fn report_watch(name: String, mut status: Receiver<WatchStatus>) {
    let mut notices = Notices::default();
    loop {
        let seen = Seen::new(&status.borrow_and_update());
        if let Some(notice) = notices.observe(&seen, Instant::now()) {
            say!("{name}: {notice}");
        }
        let changed = match notices.next {
            Some(next) => timeout_at(next, status.changed()).await.unwrap_or(Ok(())),
            None => status.changed().await,
        };
        if changed.is_err() {
            return;
        }
    }
}

/// What a notice needs of a status.
struct Seen {
    is_live: bool,
    /// The cause of the interruption, and since when it lasts.
    interruption: Option<(Why, Instant)>,
    /// When the next request is sent, if the watch waits for it.
    next_request: Option<Instant>,
}

impl Seen {
    fn new(status: &WatchStatus) -> Self {
        let interruption = status.interruption.map(|now| {
            let why = Why { cause: now.cause, unreachable: status.unreachable.clone() };
            (why, Instant::from_std(now.since))
        });
        let next_request = match status.phase {
            Phase::BackingOff { until, .. } => Some(Instant::from_std(until)),
            _ => None,
        };
        Self { is_live: status.phase == Phase::Live, interruption, next_request }
    }
}

/// Why a watch is interrupted.
#[derive(Clone, PartialEq, Eq)]
struct Why {
    cause: Cause,
    /// The error of the client, if there was no response.
    unreachable: Option<Arc<str>>,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unreachable {
            Some(error) => write!(f, "{}: {error}", self.cause),
            None => self.cause.fmt(f),
        }
    }
}

/// The notices about one watch so far.
#[derive(Default)]
struct Notices {
    /// Whether the watch was ever live.
    was_live: bool,
    /// What was reported of the present interruption, and when.
    reported: Option<(Why, Instant)>,
    /// The time until the next notice of the interruption.
    interval: Duration,
    /// Since when the watch is live.
    live_since: Option<Instant>,
    /// When to look again, even if the status does not change.
    next: Option<Instant>,
}

impl Notices {
    /// Takes note of a status. Returns the notice to print, if any.
    fn observe(&mut self, seen: &Seen, now: Instant) -> Option<String> {
        self.next = None;
        if seen.is_live {
            return self.observe_live(now);
        }
        self.live_since = None;
        let (why, since) = seen.interruption.as_ref()?;
        let due = match &self.reported {
            None => *since + REPORT_AFTER,
            Some((reported, _)) if reported == why => return None,
            Some((_, at)) => *at + self.interval,
        };
        if now < due {
            self.next = Some(due);
            return None;
        }
        self.interval = (self.interval * 2).clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL);
        self.reported = Some((why.clone(), now));
        let next = match seen.next_request {
            Some(at) => format!("next try in {}", rounded_up(at.saturating_duration_since(now))),
            None => "trying again".to_owned(),
        };
        let lasted = now.saturating_duration_since(*since);
        Some(if lasted < 2 * REPORT_AFTER {
            format!("{why}; {next}")
        } else {
            format!("{why}; interrupted for {}, {next}", rounded_up(lasted))
        })
    }

    fn observe_live(&mut self, now: Instant) -> Option<String> {
        // If an interruption was reported, it first has to stay live.
        self.was_live |= self.reported.is_none();
        // A server may accept a watch and then reject its resource version with a 410.
        let resumed = *self.live_since.get_or_insert(now) + RESUMED_AFTER;
        if now < resumed {
            self.next = Some(resumed);
            return None;
        }
        self.interval = Duration::ZERO;
        let was_live = std::mem::replace(&mut self.was_live, true);
        self.reported.take()?;
        let notice = if was_live { "watching again from the last event" } else { "watching" };
        Some(notice.to_owned())
    }
}

/// Returns whole seconds, at least one, or minutes if it is long.
fn rounded_up(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    if seconds < 120 {
        format!("{} s", seconds.max(1))
    } else {
        format!("{} min", seconds.div_ceil(60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A watch whose status is observed at times in milliseconds since its start.
    struct Watch {
        start: Instant,
        notices: Notices,
    }

    impl Watch {
        fn new() -> Self {
            Self { start: Instant::now(), notices: Notices::default() }
        }

        fn at(&self, ms: u64) -> Instant {
            self.start + Duration::from_millis(ms)
        }

        fn live(&mut self, ms: u64) -> Option<String> {
            let seen = Seen { is_live: true, interruption: None, next_request: None };
            self.notices.observe(&seen, self.at(ms))
        }

        /// Interrupted since `since`, with the next request 3.2 s later.
        fn failing(&mut self, cause: Cause, since: u64, ms: u64) -> Option<String> {
            let unreachable =
                (cause == Cause::Unreachable).then(|| format!("no proxy at {ms}").into());
            let seen = Seen {
                is_live: false,
                interruption: Some((Why { cause, unreachable }, self.at(since))),
                next_request: Some(self.at(ms + 3_200)),
            };
            self.notices.observe(&seen, self.at(ms))
        }
    }

    #[test]
    fn present_cause_is_reported_at_a_bounded_rate() {
        let mut watch = Watch::new();
        assert_eq!(watch.live(0), None);
        assert_eq!(watch.live(500), None);
        assert_eq!(
            watch.failing(Cause::Disconnected, 1_000, 1_000),
            None,
            "it may be over at once"
        );
        assert_eq!(
            watch.failing(Cause::Disconnected, 1_000, 2_000).unwrap(),
            "disconnected; next try in 4 s"
        );
        assert_eq!(watch.failing(Cause::Rejected(503), 1_000, 2_100), None);
        assert_eq!(watch.notices.next, Some(watch.at(6_000)), "looks again by itself");
        assert_eq!(
            watch.failing(Cause::Rejected(503), 1_000, 6_000).unwrap(),
            "rejected with HTTP 503 (Service Unavailable); interrupted for 5 s, next try in 4 s"
        );
        assert_eq!(watch.failing(Cause::Rejected(503), 1_000, 60_000), None, "nothing new");
        let mut causes = [Cause::Disconnected, Cause::Rejected(500)].into_iter().cycle();
        let flapping = (7..3_600)
            .filter_map(|second| watch.failing(causes.next().unwrap(), 1_000, second * 1_000));
        let count = flapping.count();
        assert!((30..70).contains(&count), "{count} notices in an hour");
    }

    #[test]
    fn unreachable_server_is_reported_with_the_error_of_the_client() {
        let mut watch = Watch::new();
        assert_eq!(
            watch.failing(Cause::Unreachable, 0, 1_000).unwrap(),
            "unreachable: no proxy at 1000; next try in 4 s"
        );
        assert_eq!(watch.failing(Cause::Unreachable, 0, 2_000), None);
        assert!(watch.failing(Cause::Unreachable, 0, 6_000).unwrap().contains("at 6000;"));
    }

    #[test]
    fn resumption_is_reported_once_it_lasts() {
        let mut watch = Watch::new();
        assert_eq!(watch.failing(Cause::Rejected(500), 0, 1_000).unwrap().split(';').count(), 2);
        assert_eq!(watch.live(2_000), None);
        assert_eq!(watch.failing(Cause::Gone, 0, 2_100), None);
        assert_eq!(watch.live(3_000), None);
        assert_eq!(watch.live(3_500).unwrap(), "watching", "it was never live before");
        assert_eq!(watch.live(9_000), None);
        assert!(watch.failing(Cause::Disconnected, 10_000, 11_000).is_some());
        assert_eq!(watch.live(12_000), None);
        assert_eq!(watch.live(12_500).unwrap(), "watching again from the last event");
    }

    #[test]
    fn times_are_rounded_up() {
        for (ms, text) in [(0, "1 s"), (1_001, "2 s"), (119_000, "119 s"), (120_001, "3 min")] {
            assert_eq!(rounded_up(Duration::from_millis(ms)), text);
        }
    }
}
