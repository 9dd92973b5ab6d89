//! The cost of a store: to fill it, to keep it up to date, to read it, and to relist.

use std::hint::black_box;
use std::time::Duration;

use crate::{Figures, Resident, Span};

/// The number of nodes that the objects are spread over.
pub const NODES: u32 = 5_000;
/// The resource version of the replayer's list: its first change has the next one.
pub const VERSION: u64 = 1_000_000;

/// Returns the node of a Pod. All recorded ones are on the same, so it follows from the name.
#[must_use]
pub fn node_of(name: &str) -> u32 {
    name.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) % NODES
}

/// Returns the version of the last of this many changes.
#[must_use]
pub fn last_version(changes: u32) -> String {
    (VERSION + u64::from(changes)).to_string()
}

/// Measures a store from the idle process.
#[derive(Debug)]
pub struct StoreMeasurement {
    objects: u32,
    idle: u64,
    span: Span,
    figures: Figures,
}

impl StoreMeasurement {
    /// Starts a measurement of a store that will have this many objects, before the first request.
    #[must_use]
    pub fn start(objects: u32) -> Self {
        let idle = Resident::read().now;
        Self { objects, idle, span: Span::start(), figures: Figures::default() }
    }

    /// Records that the first state is whole.
    pub fn filled(&mut self) {
        let resident = Resident::read();
        let cpu = self.span.read().cpu;
        let held = resident.now.saturating_sub(self.idle);
        self.record("fill_us", micros(cpu) / f64::from(self.objects));
        self.record("held_bytes", float(held) / f64::from(self.objects));
        self.record("fill_peak", float(resident.peak.saturating_sub(self.idle)) / float(held));
    }

    /// Starts to measure changes.
    pub fn changing(&mut self) {
        self.span = Span::start();
    }

    /// Records that this many changes are in the store.
    pub fn changed(&mut self, changes: u32) {
        let cpu = self.span.read().cpu;
        self.record("change_us", micros(cpu) / f64::from(changes.max(1)));
        Resident::reset_peak();
    }

    /// Records that the state has been relisted.
    pub fn relisted(&mut self) {
        let resident = Resident::read();
        let steady = self.figures.get("held_bytes") * f64::from(self.objects);
        self.record("relist_peak", float(resident.peak.saturating_sub(self.idle)) / steady);
    }

    /// Measures a look-up, which is given a number from 0 up, in nanoseconds of CPU time.
    pub fn look_up<T>(&mut self, name: &str, times: u32, mut look_up: impl FnMut(usize) -> T) {
        let start = Span::start();
        for time in 0..times as usize {
            black_box(look_up(time));
        }
        self.record(name, micros(start.read().cpu) * 1e3 / f64::from(times));
    }

    /// Returns the figures.
    #[must_use]
    pub fn figures(self) -> Figures {
        self.figures
    }

    fn record(&mut self, name: &str, figure: f64) {
        self.figures = std::mem::take(&mut self.figures).with(name, figure);
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[allow(clippy::cast_precision_loss)]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MEASURING;

    #[test]
    fn every_step_has_its_figures() {
        let _alone = MEASURING.lock();
        let mut store = StoreMeasurement::start(64);
        let held: Vec<_> = (0..64_u8).map(|byte| vec![byte + 1; 1 << 20]).collect();
        store.filled();
        store.changing();
        store.changed(10);
        store.relisted();
        store.look_up("get_ns", 100, |at| held[at % 64][0]);
        let figures = store.figures();
        for name in ["fill_us", "held_bytes", "fill_peak", "change_us", "relist_peak", "get_ns"] {
            assert!(figures.get(name) >= 0.0, "{name} in {figures:?}");
        }
        assert!(figures.get("held_bytes") > 5e5, "{figures:?}");
    }

    #[test]
    fn pods_are_spread_over_the_nodes() {
        assert_eq!(node_of("a"), 97);
        let nodes: std::collections::HashSet<_> =
            (0..20_000).map(|n| node_of(&format!("web-{n:05}"))).collect();
        assert!(nodes.len() > 2_000, "{}", nodes.len());
        assert_eq!(last_version(7), "1000007");
    }
}
