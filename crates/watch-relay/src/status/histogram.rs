//! A histogram of durations.

use std::time::Duration;

/// The upper bounds of the buckets in seconds, without that of the last, which has none.
pub(crate) const BOUNDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0];

/// A histogram of durations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    /// How many are in each bucket and in no lower one.
    buckets: [u64; BOUNDS.len() + 1],
    sum: Duration,
}

impl Histogram {
    pub(crate) fn observe(&mut self, value: Duration) {
        let seconds = value.as_secs_f64();
        self.buckets[BOUNDS.partition_point(|bound| *bound < seconds)] += 1;
        self.sum = self.sum.saturating_add(value);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (bucket, count) in self.buckets.iter_mut().zip(other.buckets) {
            *bucket += count;
        }
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// Returns how many are at most as large as each bound, and in the end how many there are.
    pub(crate) fn cumulative(&self) -> impl Iterator<Item = u64> {
        self.buckets.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        })
    }

    pub(crate) fn sum(&self) -> Duration {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_in_the_bucket_whose_bound_they_do_not_exceed() {
        let mut lag = Histogram::default();
        for millis in [0, 1, 2, 100, 101, 4_000_000] {
            lag.observe(Duration::from_millis(millis));
        }
        let mut twice = lag.clone();
        twice.add(&lag);
        let counts: Vec<_> = lag.cumulative().collect();
        assert_eq!(counts, [2, 3, 3, 3, 3, 3, 4, 5, 5, 5, 5, 5, 5, 5, 6]);
        assert_eq!(lag.sum(), Duration::from_millis(4_000_204));
        assert_eq!(twice.cumulative().last(), Some(12));
        assert_eq!(twice.sum(), lag.sum() * 2);
    }
}
