//! A watcher's events as an iterator.

use std::sync::Arc;

use futures::StreamExt as _;
use tokio::runtime::Runtime;
use watch_runtime::{WatchError, WatchEvent, WatchStream};
use watchable_core::WatchTarget;

/// The events of a blocking watcher. Dropping the iterator closes its connection.
///
/// `next` blocks until there is an event. A stop from another thread ends it immediately.
///
/// # Panics
///
/// `next` panics inside an async task.
#[derive(Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Events<T: WatchTarget> {
    stream: WatchStream<T>,
    runtime: Arc<Runtime>,
}

impl<T: WatchTarget> Events<T> {
    pub(super) fn new(stream: WatchStream<T>, runtime: Arc<Runtime>) -> Self {
        Self { stream, runtime }
    }
}

impl<T: WatchTarget> Iterator for Events<T> {
    type Item = Result<WatchEvent<T::Item>, WatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.block_on(self.stream.next())
    }
}
