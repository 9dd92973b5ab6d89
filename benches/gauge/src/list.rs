//! The cost of an initial list.

use crate::{Figures, Resident, Span, memory};

/// Measures from the idle process.
#[derive(Debug)]
pub struct ListMeasurement {
    idle: Resident,
    live: usize,
    span: Span,
}

impl ListMeasurement {
    /// Starts a measurement, before the first request.
    #[must_use]
    pub fn start() -> Self {
        Self { idle: Resident::read(), live: memory::live_bytes(), span: Span::start() }
    }

    /// Returns the cost of each of this many objects, and the peak memory of the process.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn figures(&self, objects: u32) -> Figures {
        let each = |total: f64| total / f64::from(objects);
        let resident = Resident::read();
        let cpu = self.span.read().cpu;
        let heap = memory::live_bytes().saturating_sub(self.live);
        Figures::default()
            .with("cpu_us", each(cpu.as_secs_f64() * 1e6))
            .with("peak_mb", resident.peak.saturating_sub(self.idle.now) as f64 / 1e6)
            .with("held_bytes", each(resident.now.saturating_sub(self.idle.now) as f64))
            .with("heap_bytes", each(heap as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_contain_held_memory() {
        let _alone = memory::MEASURING.lock();
        let list = ListMeasurement::start();
        let held: Vec<_> = (0..64_u8).map(|byte| vec![byte + 1; 1 << 20]).collect();
        let line = list.figures(64).line();
        let figures: std::collections::BTreeMap<String, f64> = serde_json::from_str(&line).unwrap();
        // The kernel may reclaim some of it, and other tests free some of theirs.
        assert!(figures["held_bytes"] > 5e5, "{line}");
        assert!(figures["peak_mb"] > 32.0, "{line}");
        drop(held);
    }
}
