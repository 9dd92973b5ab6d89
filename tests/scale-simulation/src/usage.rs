//! What a replica uses: its core, and memory.

use crate::costs::{BASE_BYTES, INDEX_BYTES, MARK_BYTES, STREAM_BYTES};
use crate::time::{Micros, SECOND};

/// The utilisation is the highest of any such time.
const WINDOW: Micros = 10 * SECOND;

#[derive(Clone, Debug, Default)]
pub(crate) struct Usage {
    /// Until when its core has work.
    busy_until: Micros,
    /// How long it has worked since it was counted.
    worked: Micros,
    since: Micros,
    window: Micros,
    window_worked: Micros,
    peak_window: Micros,
    pub(crate) streams: u64,
    /// The objects in the indexes of its watches.
    pub(crate) indexed: u64,
    /// The objects whose last stored events it knows.
    pub(crate) marked: u64,
    pub(crate) peak_bytes: u64,
}

impl Usage {
    pub(crate) fn work(&mut self, now: Micros, cost: Micros) -> Micros {
        if now >= self.window + WINDOW {
            self.window = now / WINDOW * WINDOW;
            self.window_worked = 0;
        }
        self.window_worked += cost;
        self.worked += cost;
        self.peak_window = self.peak_window.max(self.window_worked);
        self.busy_until = self.busy_until.max(now) + cost;
        self.busy_until
    }

    /// Counts from now on.
    pub(crate) fn restart(&mut self, now: Micros) {
        *self = Self { since: now, worked: 0, peak_window: 0, window_worked: 0, ..self.clone() };
    }

    pub(crate) fn opened(&mut self, indexed: usize, marked: usize) {
        self.streams += 1;
        self.indexed += indexed as u64;
        self.marked += marked as u64;
        self.peak_bytes = self.peak_bytes.max(self.bytes());
    }

    pub(crate) fn closed(&mut self, indexed: usize, marked: usize) {
        self.streams -= 1;
        self.indexed -= indexed as u64;
        self.marked -= marked as u64;
    }

    fn bytes(&self) -> u64 {
        BASE_BYTES
            + self.streams * STREAM_BYTES
            + self.indexed * INDEX_BYTES
            + self.marked * MARK_BYTES
    }

    /// Returns the part of a core that it has used, in thousandths.
    pub(crate) fn utilisation(&self, now: Micros) -> u64 {
        self.worked * 1000 / now.saturating_sub(self.since).max(1)
    }

    /// Returns the same of the busiest ten seconds; more than a thousand if work has piled up.
    pub(crate) fn peak_utilisation(&self) -> u64 {
        self.peak_window * 1000 / WINDOW
    }
}
