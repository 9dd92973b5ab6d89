//! Delays of events: the server writes into each event when it was sent.

use std::error::Error;
use std::time::Duration;

use crate::{Figures, monotonic, quantile};

/// The annotation with the time an object was sent, in nanoseconds of [`monotonic`].
pub const SENT: &str = "bench/sent";

/// The first `1 / WARM_UP` of the events is ignored: caches are cold.
const WARM_UP: usize = 10;

/// The delays of consecutive events.
#[derive(Debug, Default)]
pub struct Delays(Vec<f64>);

impl Delays {
    /// Records an event that has just been received, by its annotation.
    ///
    /// # Errors
    ///
    /// Fails if the annotation is missing or no time.
    pub fn record(&mut self, sent: Option<&str>) -> Result<(), Box<dyn Error>> {
        let delay = since(sent)?.ok_or("the event does not say when it was sent")?;
        self.0.push(delay.as_secs_f64() * 1e6);
        Ok(())
    }

    /// Returns the number of recorded events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether no event was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns median, 99th percentile and maximum in microseconds, without the warm-up.
    #[must_use]
    pub fn figures(mut self) -> Figures {
        let delays = self.0.split_off(self.0.len() / WARM_UP);
        let mut delays = delays;
        Figures::default()
            .with("median_us", quantile(&mut delays, 0.5))
            .with("p99_us", quantile(&mut delays, 0.99))
            .with("worst_us", quantile(&mut delays, 1.0))
    }
}

/// Returns how long ago an event was sent, by its annotation; `None` if the annotation is zero.
///
/// # Errors
///
/// Fails if the annotation is missing or no number.
pub fn since(sent: Option<&str>) -> Result<Option<Duration>, Box<dyn Error>> {
    let nanos: u64 =
        sent.ok_or("the event has no annotation that says when it was sent")?.parse()?;
    let sent = Duration::from_nanos(nanos);
    Ok((!sent.is_zero()).then(|| monotonic().saturating_sub(sent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delay_is_computed_from_the_annotation() {
        assert_eq!(since(Some("00000000000000000000")).unwrap(), None);
        let sent = monotonic() - Duration::from_secs(5);
        let delay = since(Some(&format!("{:020}", sent.as_nanos()))).unwrap().unwrap();
        assert!(delay >= Duration::from_secs(5));
        assert!(since(None).is_err() && since(Some("now")).is_err());
        let mut delays = Delays::default();
        assert!(delays.record(Some("0")).is_err() && delays.is_empty());
    }

    #[test]
    fn warm_up_is_ignored() {
        let delays = Delays((0..20).rev().map(f64::from).collect());
        assert_eq!(delays.len(), 20);
        let figures = delays.figures();
        let expected = [("median_us", 8.0), ("p99_us", 17.0), ("worst_us", 17.0)];
        let expected = expected.into_iter().fold(Figures::default(), |all, (k, v)| all.with(k, v));
        assert_eq!(figures, expected);
    }
}
