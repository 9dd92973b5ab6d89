//! Counts the events of a stream and measures the cost of one.

use std::hint::black_box;

use crate::{Figures, Reading, Span};

/// Measures from the first event to the last.
#[derive(Debug)]
pub struct EventCounter {
    expected: u32,
    count: u32,
    span: Option<Span>,
    reading: Option<Reading>,
}

impl EventCounter {
    /// Returns a counter that expects this many events; at least two.
    #[must_use]
    pub fn new(expected: u32) -> Self {
        Self { expected, count: 0, span: None, reading: None }
    }

    /// Counts an event and drops its object. Returns whether it was the last.
    pub fn record<T>(&mut self, object: T) -> bool {
        drop(black_box(object));
        self.count += 1;
        let span = self.span.get_or_insert_with(Span::start);
        if self.count == self.expected {
            self.reading = Some(span.read());
        }
        self.count >= self.expected
    }

    /// Returns the cost of an event.
    ///
    /// # Errors
    ///
    /// Fails if not all events have been received.
    #[allow(clippy::cast_precision_loss)]
    pub fn figures(&self) -> Result<Figures, String> {
        let Some(reading) = self.reading.filter(|_| self.expected > 1) else {
            return Err(format!("only {} of {} events were received", self.count, self.expected));
        };
        // The first event only starts the clock.
        let events = f64::from(self.expected - 1);
        Ok(Figures::default()
            .with("cpu_us", reading.cpu.as_secs_f64() * 1e6 / events)
            .with("events_s", events / reading.wall.as_secs_f64())
            .with("allocations", reading.allocations as f64 / events))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_event_ends_the_measurement() {
        let mut counter = EventCounter::new(3);
        assert!(!counter.record("a") && !counter.record("b"));
        assert_eq!(counter.figures(), Err("only 2 of 3 events were received".to_owned()));
        assert!(counter.record("c"));
        let line = counter.figures().unwrap().line();
        assert!(["cpu_us", "events_s", "allocations"].iter().all(|name| line.contains(name)));
    }
}
