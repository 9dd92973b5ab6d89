//! How often credentials that the server rejects may be renewed.

use std::time::Duration;

use tokio::time::Instant;

const FIRST_DELAY: Duration = Duration::from_secs(1);
const MAX_DELAY: Duration = Duration::from_mins(1);
/// After so long without a renewal, the next ones are as at the start.
const QUIET: Duration = Duration::from_mins(5);

/// Permits a renewal at once, and each further one after a delay that doubles, up to a minute.
#[derive(Default)]
pub(super) struct Limiter {
    last: Option<(Instant, Duration)>,
}

impl Limiter {
    /// Returns whether a renewal may happen now, and counts it if so.
    pub(super) fn permit(&mut self) -> bool {
        let now = Instant::now();
        let delay = match self.last {
            Some((last, delay)) if now.duration_since(last) < delay => return false,
            Some((last, delay)) if now.duration_since(last) < QUIET => (delay * 2).min(MAX_DELAY),
            _ => FIRST_DELAY,
        };
        self.last = Some((now, delay));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn renewals_become_rarer_and_recover() {
        let mut limiter = Limiter::default();
        let mut permitted = 0;
        for _ in 0..600 {
            permitted += u32::from(limiter.permit());
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        // After 0, 1, 3, 7, 15 and 31 s.
        assert_eq!(permitted, 6);
        tokio::time::advance(QUIET).await;
        assert!(limiter.permit());
        assert!(!limiter.permit());
        tokio::time::advance(FIRST_DELAY).await;
        assert!(limiter.permit());
    }
}
