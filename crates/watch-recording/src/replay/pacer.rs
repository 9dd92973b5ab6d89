//! The pace of a replay: which time of the recording it is now.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock that runs at a speed, from a time of the recording on.
#[derive(Debug)]
pub(super) struct Pacer {
    began: Instant,
    from: Timestamp,
    speed: f64,
}

impl Pacer {
    /// Starts now. The speed must be positive and finite.
    pub(super) fn start(from: Timestamp, speed: f64) -> Self {
        Self { began: Instant::now(), from, speed }
    }

    /// Returns the time of the recording.
    pub(super) fn now(&self) -> Timestamp {
        let elapsed = self.began.elapsed().as_secs_f64() * self.speed;
        let elapsed = SignedDuration::try_from_secs_f64(elapsed).unwrap_or(SignedDuration::MAX);
        self.from.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// Returns how long it is until a time of the recording; `None` if it has come.
    pub(super) fn wait_for(&self, time: Timestamp) -> Option<Duration> {
        let due = time.duration_since(self.from).as_secs_f64() / self.speed;
        let due = Duration::try_from_secs_f64(due.max(0.0)).unwrap_or(Duration::MAX);
        due.checked_sub(self.began.elapsed()).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_of_the_recording_runs_at_the_speed() {
        let from: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let later = from + SignedDuration::from_secs(60);
        let pacer = Pacer::start(from, 10.0);
        assert_eq!(pacer.wait_for(from), None);
        assert_eq!(pacer.wait_for(later), Some(Duration::from_secs(6)));
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(pacer.now(), from + SignedDuration::from_secs(40));
        assert_eq!(pacer.wait_for(later), Some(Duration::from_secs(2)));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(pacer.wait_for(later), None);
        // Far too slow, and not too long to be told.
        assert!(Pacer::start(from, f64::MIN_POSITIVE).wait_for(later).is_some());
    }
}
