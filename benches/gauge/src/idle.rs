//! The cost of many watchers that receive no events.

use std::time::{Duration, Instant};

use crate::{Figures, Resident, Span, sockets};

/// Measures a process from before its watchers start until all have stopped.
#[derive(Debug)]
pub struct IdleMeasurement {
    watchers: u32,
    before: Resident,
    span: Span,
    stop: Instant,
    figures: Figures,
}

impl IdleMeasurement {
    /// The time from the last watcher being ready until the process is at rest.
    pub const SETTLE: Duration = Duration::from_secs(1);
    /// The time over which CPU is measured.
    pub const DURATION: Duration = Duration::from_secs(6);

    /// Starts a measurement of this many watchers.
    #[must_use]
    pub fn start(watchers: u32) -> Self {
        Self {
            watchers,
            before: Resident::read(),
            span: Span::start(),
            stop: Instant::now(),
            figures: Figures::default(),
        }
    }

    /// Records memory and sockets: all watchers are ready and the process is at rest.
    #[allow(clippy::cast_precision_loss)]
    pub fn settled(&mut self) {
        let more = Resident::read().now.saturating_sub(self.before.now) as f64;
        self.figures = std::mem::take(&mut self.figures)
            .with("memory_kb", more / 1e3 / f64::from(self.watchers))
            .with("sockets", sockets() as f64);
        self.span = Span::start();
    }

    /// Records the CPU time: [`IdleMeasurement::DURATION`] has passed.
    pub fn elapsed(&mut self) {
        let reading = self.span.read();
        let part = reading.cpu.as_secs_f64() / reading.wall.as_secs_f64();
        self.figures = std::mem::take(&mut self.figures).with("minute_ms", part * 60.0 * 1e3);
    }

    /// Records the start of stopping them.
    pub fn stopping(&mut self) {
        self.stop = Instant::now();
    }

    /// Returns all figures: every watcher has ended.
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
    fn figures_contain_every_name() {
        let mut idle = IdleMeasurement::start(1);
        let held = vec![1_u8; 8 << 20];
        idle.settled();
        std::thread::sleep(Duration::from_millis(5));
        idle.elapsed();
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
