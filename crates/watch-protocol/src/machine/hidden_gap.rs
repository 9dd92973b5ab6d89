//! Gaps that a server hides: it neither sends the events after the stream's version nor a 410.
//!
//! Some aggregated API servers drop the 410: a watch from an expired version is accepted, and ends at once or stays
//! silent. So a few such watches in a row lead to a comparison with the server's state, which is a relist. If
//! that does not help, the next one comes later: the server may merely be broken.
//!
//! A server may also cease to accept the stream's version, though it accepted it before: its versions have another
//! form since it was replaced, and it rejects the old ones with 400, 422 or an error that names the version. The same
//! comparison then finds a version that it accepts.
//!
//! A server whose lists have no resource version can hide any gap, since there is no version to watch from. Its
//! lists are compared after each watch.

use std::time::{Duration, Instant};

/// A watch that ends sooner, and sooner than it was requested to, ended at once.
const AT_ONCE: Duration = Duration::from_secs(5);
/// So many watches in a row that end at once without an event hide a gap …
const EMPTY_WATCHES: u32 = 2;
/// … or so many, if some of them were cut: that is more often the network's fault.
const EMPTY_CUT_WATCHES: u32 = 6;
/// So many rejections of the version in a row lead to a comparison: one or two may be a proxy's.
const REJECTED_VERSIONS: u32 = 3;
/// The least time from a comparison to one that is called for by watches that ended at once or were rejected. It
/// doubles with each that did not help.
const INTERVAL: Duration = Duration::from_secs(10);
/// The same to one that is called for by silent watches, which take minutes each.
const INTERVAL_WHEN_SILENT: Duration = Duration::from_mins(5);
/// How often the interval doubles at most.
const MAX_DOUBLINGS: u32 = 5;
/// The least time from a list without a version to the next, while the watches in between end at once. It doubles
/// each time.
const UNVERSIONED_INTERVAL: Duration = Duration::from_secs(1);

/// What is suspicious about the recent watches.
#[allow(clippy::struct_excessive_bools, reason = "they are independent of each other")]
#[derive(Debug, Default)]
pub(super) struct HiddenGap {
    /// When the current watch was accepted, and how long it may last.
    opened: Option<(Instant, Option<Duration>)>,
    /// Whether the current watch has sent an event or a bookmark that is not a repetition.
    received: bool,
    /// Watches in a row that ended at once.
    short: u32,
    /// Those of them without an event since the last comparison, and how many of these were cut.
    empty: u32,
    cut: u32,
    /// Watches in a row that were rejected, perhaps because of their version.
    rejected: u32,
    /// Whether the server was ahead of the stream at the end of a silent watch, which another one followed.
    server_ahead: bool,
    was_silent: bool,
    /// Whether the stream is at the version of a list, which no watch has followed yet.
    at_list: bool,
    /// Comparisons in a row that did not help.
    comparisons: u32,
    /// When the newest of them began.
    compared_at: Option<Instant>,
    /// When the next comparison of a list without a version may begin.
    not_before: Option<Instant>,
}

impl HiddenGap {
    /// A watch was accepted.
    pub(super) fn watch_accepted(&mut self, limit: Option<Duration>, now: Instant) {
        self.opened = Some((now, limit));
        self.received = false;
        self.at_list = false;
    }

    /// The current watch has sent an event or a bookmark that is not a repetition.
    pub(super) fn event_received(&mut self) {
        if !self.received {
            let Self { opened, short, compared_at, not_before, .. } = *self;
            *self =
                Self { opened, short, compared_at, not_before, received: true, ..Self::default() };
        }
    }

    /// The connection was cut, or the body has ended.
    pub(super) fn watch_closed(&mut self, cut: bool, now: Instant) {
        let Some((since, limit)) = self.opened.take() else { return };
        let lasted = now - since;
        let at_once = lasted < AT_ONCE && limit.is_none_or(|limit| lasted < limit);
        if !at_once {
            (self.short, self.empty, self.cut, self.rejected) = (0, 0, 0, 0);
            return;
        }
        self.short = self.short.saturating_add(1);
        if !self.received {
            self.empty += 1;
            self.cut += u32::from(cut);
        }
    }

    /// The server rejected a watch, or ended it with an error, perhaps because of its version.
    pub(super) fn version_rejected(&mut self) {
        self.rejected = self.rejected.saturating_add(1);
    }

    /// The current watch was silent until its idle timeout. `from_oldest` is whether it began from the oldest event:
    /// then there is no version to probe for.
    pub(super) fn watch_silent(&mut self, from_oldest: bool) {
        self.opened = None;
        self.was_silent = (self.server_ahead || from_oldest) && !self.received;
    }

    /// The server turned out to be ahead of the stream, or not, after a silent watch.
    pub(super) fn server_probed(&mut self, is_ahead: bool) {
        self.server_ahead = is_ahead;
    }

    /// A list has synced. A streaming list continues as a watch.
    pub(super) fn list_synced(&mut self, streaming: bool) {
        (self.empty, self.cut, self.rejected) = (0, 0, 0);
        (self.server_ahead, self.was_silent) = (false, false);
        self.at_list = !streaming;
        self.received |= streaming;
    }

    /// Returns how long to wait before a comparison that is called for.
    pub(super) fn comparison(&self, is_unversioned: bool, now: Instant) -> Option<Duration> {
        if is_unversioned {
            let wait = self.not_before.map(|at| at.saturating_duration_since(now));
            return (!self.at_list).then_some(wait.unwrap_or_default());
        }
        let interval = self.interval()?;
        let is_due = self.compared_at.is_none_or(|at| at + interval <= now);
        is_due.then_some(Duration::ZERO)
    }

    /// Returns the least time from the last comparison to the one that the watches since then call for.
    ///
    /// It goes by these watches alone: what called for the last comparison may have been of the slower kind.
    fn interval(&self) -> Option<Duration> {
        let enough = if self.cut == 0 { EMPTY_WATCHES } else { EMPTY_CUT_WATCHES };
        let interval = if self.empty >= enough || self.rejected >= REJECTED_VERSIONS {
            INTERVAL
        } else if self.was_silent {
            INTERVAL_WHEN_SILENT
        } else {
            return None;
        };
        let doublings = self.comparisons.saturating_sub(1).min(MAX_DOUBLINGS);
        Some(interval * (1 << doublings))
    }

    /// A comparison begins.
    pub(super) fn comparison_begins(&mut self, is_unversioned: bool, now: Instant) {
        if is_unversioned {
            let doublings = self.short.saturating_sub(1).min(MAX_DOUBLINGS);
            let ended_at_once = self.short > 0;
            self.not_before = ended_at_once.then(|| now + UNVERSIONED_INTERVAL * (1 << doublings));
        } else {
            self.comparisons = self.comparisons.saturating_add(1);
            self.compared_at = Some(now);
        }
    }
}
