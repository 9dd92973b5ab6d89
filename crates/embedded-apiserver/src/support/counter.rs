//! Counters of open connections and watches.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count of what is open now.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicUsize>);

/// One open thing; dropping it decrements its [`Counter`].
pub(crate) struct Counted(Counter);

impl Counter {
    pub(crate) fn one_more(&self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self.clone())
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
