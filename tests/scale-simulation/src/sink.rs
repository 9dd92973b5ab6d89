//! The engine that stores events and checkpoints: whether it answers, and how fast.

use crate::costs::{SINK_SERVICE, SINK_SLOWNESS};
use crate::time::Micros;

#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) down_until: Micros,
    pub(crate) slow_until: Micros,
    busy_until: Micros,
    /// How long it has worked.
    pub(crate) worked: Micros,
}

impl Sink {
    pub(crate) fn is_up(&self, now: Micros) -> bool {
        self.down_until <= now
    }

    /// Stores so many messages, after what came before. Returns when that is done.
    pub(crate) fn serve(&mut self, now: Micros, messages: u64) -> Micros {
        let slowness = if self.slow_until > now { SINK_SLOWNESS } else { 1 };
        let time = messages * SINK_SERVICE * slowness;
        self.worked += time;
        self.busy_until = self.busy_until.max(now) + time;
        self.busy_until
    }
}
