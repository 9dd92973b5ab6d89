//! How long events are under way: the server writes into each when it was sent.

use std::error::Error;
use std::time::Duration;

use crate::{Figures, monotonic, quantile};

/// The annotation that says when an object was sent, in nanoseconds on the shared clock.
pub const SENT: &str = "bench/sent";

/// The part of the events, at the beginning, that does not count: all is cold.
const WARM_UP: usize = 10;

/// Delays of one event after the other.
#[derive(Debug, Default)]
pub struct Delays(Vec<f64>);

impl Delays {
    /// Takes note of an event that was sent at this time, as it is annotated, and came now.
    ///
    /// # Errors
    ///
    /// Where the annotation is missing or no time.
    pub fn saw(&mut self, sent: Option<&str>) -> Result<(), Box<dyn Error>> {
        let delay = since(sent)?.ok_or("the event does not say when it was sent")?;
        self.0.push(delay.as_secs_f64() * 1e6);
        Ok(())
    }

    /// How many came.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Median and worst of them, in microseconds, without those at the beginning.
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

/// How long ago an event was sent, as it is annotated; `None` where the annotation leaves it open.
///
/// # Errors
///
/// Where the annotation is missing or no number.
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
    fn delays_are_read_off_the_annotation() {
        assert_eq!(since(Some("00000000000000000000")).unwrap(), None);
        let sent = monotonic() - Duration::from_secs(5);
        let delay = since(Some(&format!("{:020}", sent.as_nanos()))).unwrap().unwrap();
        assert!(delay >= Duration::from_secs(5));
        assert!(since(None).is_err() && since(Some("now")).is_err());
        let mut delays = Delays::default();
        assert!(delays.saw(Some("0")).is_err() && delays.is_empty());
    }

    #[test]
    fn the_beginning_does_not_count() {
        let delays = Delays((0..20).rev().map(f64::from).collect());
        assert_eq!(delays.len(), 20);
        let figures = delays.figures();
        let expected = [("median_us", 8.0), ("p99_us", 17.0), ("worst_us", 17.0)];
        let expected = expected.into_iter().fold(Figures::default(), |all, (k, v)| all.with(k, v));
        assert_eq!(figures, expected);
    }
}
