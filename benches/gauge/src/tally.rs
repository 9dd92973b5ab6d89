//! Counts the events of a stream, and tells what each took.

use std::hint::black_box;

use crate::{Figures, Reading, Span};

/// Measures from the first event to the last.
#[derive(Debug)]
pub struct Tally {
    expected: u32,
    seen: u32,
    span: Option<Span>,
    reading: Option<Reading>,
}

impl Tally {
    /// Of so many events; at least two.
    #[must_use]
    pub fn of(expected: u32) -> Self {
        Self { expected, seen: 0, span: None, reading: None }
    }

    /// Takes note of an event, and drops its object. Whether it was the last.
    pub fn saw<T>(&mut self, object: T) -> bool {
        drop(black_box(object));
        self.seen += 1;
        let span = self.span.get_or_insert_with(Span::begin);
        if self.seen == self.expected {
            self.reading = Some(span.read());
        }
        self.seen >= self.expected
    }

    /// What an event took.
    ///
    /// # Errors
    ///
    /// Where not all have come.
    #[allow(clippy::cast_precision_loss)]
    pub fn figures(&self) -> Result<Figures, String> {
        let Some(reading) = self.reading.filter(|_| self.expected > 1) else {
            return Err(format!("only {} of {} events came", self.seen, self.expected));
        };
        // The first one only starts the clock.
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
    fn the_last_event_ends_it() {
        let mut tally = Tally::of(3);
        assert!(!tally.saw("a") && !tally.saw("b"));
        assert_eq!(tally.figures(), Err("only 2 of 3 events came".to_owned()));
        assert!(tally.saw("c"));
        let line = tally.figures().unwrap().line();
        assert!(["cpu_us", "events_s", "allocations"].iter().all(|name| line.contains(name)));
    }
}
