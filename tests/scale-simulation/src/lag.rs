//! Distributions of times.

use crate::time::Micros;

/// Buckets for each doubling.
const FINE: u64 = 16;

/// Times, each known to a sixteenth.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    buckets: Vec<u64>,
    count: u64,
    max: Micros,
}

impl Distribution {
    pub(crate) fn add(&mut self, time: Micros) {
        let bucket = bucket(time);
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] += 1;
        self.count += 1;
        self.max = self.max.max(time);
    }

    /// Returns how many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the longest.
    pub fn max(&self) -> Micros {
        self.max
    }

    /// Returns the time below which so many in a thousand are.
    pub fn thousandth(&self, thousandth: u64) -> Micros {
        let wanted = (self.count * thousandth).div_ceil(1_000);
        let mut seen = 0;
        for (at, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted && wanted > 0 {
                return end(at).min(self.max);
            }
        }
        self.max
    }
}

fn bucket(time: Micros) -> usize {
    let bucket = if time < FINE {
        time
    } else {
        let doublings = u64::from(time.ilog2() - FINE.ilog2());
        (doublings + 1) * FINE + (time >> doublings) - FINE
    };
    usize::try_from(bucket).unwrap_or(usize::MAX)
}

/// Returns the last time of a bucket.
fn end(bucket: usize) -> Micros {
    let bucket = bucket as u64;
    if bucket < FINE {
        return bucket;
    }
    let (doublings, place) = (bucket / FINE - 1, bucket % FINE);
    ((FINE + place + 1) << doublings) - 1
}
