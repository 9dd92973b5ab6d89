//! What many watchers take to which nothing happens.

use std::time::{Duration, Instant};

use crate::{Figures, Resident, Span, sockets};

/// Measures from a process that watches nothing to one that does so no more.
#[derive(Debug)]
pub struct Idle {
    watchers: u32,
    before: Resident,
    span: Span,
    stop: Instant,
    figures: Figures,
}

impl Idle {
    /// From the first sign of the last watcher until all is quiet.
    pub const SETTLES: Duration = Duration::from_secs(1);
    /// How long nothing happens.
    pub const LASTS: Duration = Duration::from_secs(6);

    /// Begins to measure so many.
    #[must_use]
    pub fn begin(watchers: u32) -> Self {
        Self {
            watchers,
            before: Resident::read(),
            span: Span::begin(),
            stop: Instant::now(),
            figures: Figures::default(),
        }
    }

    /// All watch, and all is quiet.
    #[allow(clippy::cast_precision_loss)]
    pub fn settled(&mut self) {
        let more = Resident::read().now.saturating_sub(self.before.now) as f64;
        self.figures = std::mem::take(&mut self.figures)
            .with("memory_kb", more / 1e3 / f64::from(self.watchers))
            .with("sockets", sockets() as f64);
        self.span = Span::begin();
    }

    /// Nothing has happened for a while.
    pub fn lasted(&mut self) {
        let reading = self.span.read();
        let part = reading.cpu.as_secs_f64() / reading.wall.as_secs_f64();
        self.figures = std::mem::take(&mut self.figures).with("minute_ms", part * 60.0 * 1e3);
    }

    /// Now they are stopped.
    pub fn stopping(&mut self) {
        self.stop = Instant::now();
    }

    /// All have ended.
    #[must_use]
    pub fn stopped(self) -> Figures {
        let took = self.stop.elapsed();
        self.figures.with("stop_ms", took.as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_told() {
        let mut idle = Idle::begin(1);
        let held = vec![1_u8; 8 << 20];
        idle.settled();
        std::thread::sleep(Duration::from_millis(5));
        idle.lasted();
        idle.stopping();
        let line = idle.stopped().line();
        drop(held);
        let figures: std::collections::BTreeMap<String, f64> = serde_json::from_str(&line).unwrap();
        assert!(figures["memory_kb"] > 8e3, "{line}");
        for name in ["sockets", "minute_ms", "stop_ms"] {
            assert!(figures[name] >= 0.0, "{line}");
        }
    }
}
