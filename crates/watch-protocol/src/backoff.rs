//! Capped exponential backoff with full jitter.

use std::time::Duration;

/// The upper bound of the first wait. It doubles with each failure.
const BASE: Duration = Duration::from_millis(200);
/// The largest upper bound after a rejection.
const CAP: Duration = Duration::from_secs(30);
/// The largest upper bound after a disconnect. Retrying burdens no server, and a stream should be
/// live again soon after its server is.
const CAP_AFTER_DISCONNECT: Duration = Duration::from_secs(2);
/// The longest `Retry-After` that is obeyed. A server that asks for more is asked again after this.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(5);
/// A connection that lasted this long was healthy and resets the backoff.
pub(crate) const HEALTHY: Duration = Duration::from_secs(10);

/// The backoff of one watcher.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Returns the wait after a rejection: random up to the current bound, but at least
    /// `retry_after`, of which at most five minutes count.
    pub fn next(&mut self, retry_after: Option<Duration>, rng: &mut fastrand::Rng) -> Duration {
        self.wait(CAP, rng).max(retry_after.unwrap_or_default().min(MAX_RETRY_AFTER))
    }

    /// Returns the wait after a connection broke or could not be made.
    pub fn next_after_disconnect(&mut self, rng: &mut fastrand::Rng) -> Duration {
        self.wait(CAP_AFTER_DISCONNECT, rng)
    }

    fn wait(&mut self, cap: Duration, rng: &mut fastrand::Rng) -> Duration {
        let ceiling = BASE.saturating_mul(1 << self.failures.min(16)).min(cap);
        self.failures = self.failures.saturating_add(1);
        ceiling.mul_f64(rng.f64())
    }

    /// Returns the number of failures since the last reset.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Resets the backoff if the connection lasted long enough to count as healthy.
    pub fn reset_if_healthy(&mut self, time: Duration) {
        if time >= HEALTHY {
            self.failures = 0;
        }
    }

    /// Resets the backoff: a watch lasted until its timeout.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_is_jittered_grows_and_is_capped() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mean = |failures: u32, rng: &mut fastrand::Rng| {
            let total: Duration = (0..1000).map(|_| Backoff { failures }.next(None, rng)).sum();
            total / 1000
        };
        let (first, third, late) = (mean(0, &mut rng), mean(2, &mut rng), mean(30, &mut rng));
        assert!((80..120).contains(&first.as_millis()), "{first:?}");
        assert!((340..460).contains(&third.as_millis()), "{third:?}");
        assert!((14..16).contains(&late.as_secs()), "{late:?}");
    }

    #[test]
    fn unreachable_server_is_retried_within_two_seconds() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut backoff = Backoff { failures: 30 };
        let waits: Vec<_> = (0..1000).map(|_| backoff.next_after_disconnect(&mut rng)).collect();
        assert!(waits.iter().all(|wait| *wait <= CAP_AFTER_DISCONNECT));
        let mean = waits.iter().sum::<Duration>() / 1000;
        assert!((900..1100).contains(&mean.as_millis()), "{mean:?}");
    }

    #[test]
    fn retry_after_is_a_lower_bound() {
        let mut rng = fastrand::Rng::with_seed(1);
        let retry_after = Duration::from_secs(40);
        assert_eq!(Backoff::default().next(Some(retry_after), &mut rng), retry_after);
    }

    #[test]
    fn retry_after_is_capped_at_five_minutes() {
        let mut rng = fastrand::Rng::with_seed(1);
        let day = Some(Duration::from_hours(24));
        assert_eq!(Backoff::default().next(day, &mut rng), Duration::from_mins(5));
    }

    #[test]
    fn only_a_healthy_connection_resets_the_backoff() {
        let mut backoff = Backoff { failures: 5 };
        backoff.reset_if_healthy(Duration::from_secs(1));
        assert_eq!(backoff.failures, 5);
        backoff.reset_if_healthy(HEALTHY);
        assert_eq!(backoff.failures, 0);
    }

    #[test]
    fn reconnects_of_many_watchers_are_spread_out() {
        let mut tenths = [0; 10];
        for seed in 0..10_000 {
            let wait =
                Backoff::default().next_after_disconnect(&mut fastrand::Rng::with_seed(seed));
            tenths[(wait.as_nanos() * 10 / BASE.as_nanos()).min(9) as usize] += 1;
        }
        // The waits of ten thousand watchers are spread evenly.
        assert!(tenths.iter().all(|n| (850..1150).contains(n)), "{tenths:?}");
    }
}
