//! How many events there were, second by second.

use std::collections::VecDeque;

use jiff::Timestamp;

/// For how many seconds counts are kept: as many as the widest sparkline shows.
const KEPT: usize = 120;
/// Over how many seconds the rate is the average.
const AVERAGED: usize = 5;

/// Counts of events in the last seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rate {
    /// The newest last.
    counts: VecDeque<u32>,
    /// The second of the newest, since 1970.
    newest: i64,
}

impl Rate {
    /// Counts an event.
    pub(crate) fn count(&mut self, time: Timestamp) {
        self.advance(time);
        if let Some(newest) = self.counts.back_mut() {
            *newest = newest.saturating_add(1);
        }
    }

    /// Lets time go on. After a jump backwards, it begins anew.
    pub(crate) fn advance(&mut self, time: Timestamp) {
        let second = time.as_second();
        if self.counts.is_empty() || second < self.newest {
            self.counts.clear();
            self.counts.push_back(0);
            self.newest = second;
        }
        let passed = usize::try_from(second - self.newest).unwrap_or(KEPT).min(KEPT);
        self.counts.extend(std::iter::repeat_n(0, passed));
        self.newest = second;
        while self.counts.len() > KEPT {
            self.counts.pop_front();
        }
    }

    /// Returns the events a second, over the last whole seconds.
    pub(crate) fn per_second(&self) -> f64 {
        let whole = self.counts.iter().rev().skip(1).take(AVERAGED);
        let seconds = whole.len().max(1);
        let sum: u64 = whole.map(|count| u64::from(*count)).sum();
        #[allow(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
        let rate = sum as f64 / seconds as f64;
        rate
    }

    /// Returns the counts of the last whole seconds, the newest last.
    pub(crate) fn last(&self, seconds: usize) -> Vec<u32> {
        let whole = self.counts.len().saturating_sub(1);
        self.counts.iter().take(whole).skip(whole.saturating_sub(seconds)).copied().collect()
    }
}

/// Returns a rate as it is shown.
pub(crate) fn text(rate: f64) -> String {
    if rate == 0.0 {
        "0/s".to_owned()
    } else if rate < 10.0 {
        format!("{rate:.1}/s")
    } else {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a rate")]
        let whole = rate.round() as u64;
        format!("{}/s", crate::text::count(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000 + second).unwrap()
    }

    #[test]
    fn rate_is_the_average_of_whole_seconds() {
        let mut rate = Rate::default();
        assert_eq!(text(rate.per_second()), "0/s");
        for second in [0, 0, 0, 1, 3] {
            rate.count(at(second));
        }
        assert_eq!(rate.last(10), [3, 1, 0], "the present second is not over");
        assert_eq!(text(rate.per_second()), "1.3/s");
        rate.advance(at(6));
        assert_eq!(rate.last(3), [1, 0, 0]);
        rate.advance(at(1_000));
        assert_eq!(rate.last(500).len(), KEPT - 1);
        assert_eq!(text(rate.per_second()), "0/s");
    }

    #[test]
    fn rate_begins_anew_when_time_jumps_back() {
        let mut rate = Rate::default();
        rate.count(at(100));
        rate.count(at(50));
        rate.advance(at(51));
        assert_eq!(rate.last(10), [1]);
    }

    #[test]
    fn rates_are_shown_in_few_digits() {
        for (rate, shown) in [(0.4, "0.4/s"), (12.6, "13/s"), (2_013.0, "2,013/s")] {
            assert_eq!(text(rate), shown);
        }
    }
}
