//! What keeps a store running: it starts with the first use and stops with the last handle.

use std::sync::{Arc, OnceLock};

use tokio::runtime;
use tokio::task::AbortHandle;

use crate::feeder::feed;
use crate::shared::Shared;

/// A store that runs as long as there are clones of its handle.
pub(crate) struct Handle<V> {
    pub(crate) shared: Arc<Shared<V>>,
    runtime: Option<runtime::Handle>,
    tasks: OnceLock<Vec<AbortHandle>>,
}

impl<V: Send + Sync + 'static> Handle<V> {
    /// Creates the handle of a store that is to run in this runtime; without one, in that of its first use.
    pub(crate) fn new(shared: Shared<V>, runtime: Option<runtime::Handle>) -> Self {
        Self { shared: Arc::new(shared), runtime, tasks: OnceLock::new() }
    }

    /// Creates the handle of a store that has no feeders.
    #[cfg(test)]
    pub(crate) fn unfed(shared: Shared<V>) -> Self {
        Self { shared: Arc::new(shared), runtime: None, tasks: vec![].into() }
    }

    /// Returns what is shared, and starts the feeders if they are not running yet.
    pub(crate) fn started(&self) -> &Arc<Shared<V>> {
        self.tasks.get_or_init(|| {
            let sources = self.shared.sources.iter().enumerate();
            let watched = sources.filter_map(|(at, (_, source))| Some((at, source.events()?)));
            let feeders = watched.map(|(source, events)| {
                let runtime = self.runtime.clone().unwrap_or_else(runtime::Handle::current);
                runtime.spawn(feed(Arc::clone(&self.shared), source, events)).abort_handle()
            });
            feeders.collect()
        });
        &self.shared
    }

    /// Stops the feeders. The state stays as it is.
    pub(crate) fn stop(&self) {
        let tasks = self.tasks.get_or_init(Vec::new);
        tasks.iter().for_each(AbortHandle::abort);
        self.shared.stop();
    }
}

impl<V> Drop for Handle<V> {
    fn drop(&mut self) {
        self.tasks.get().into_iter().flatten().for_each(AbortHandle::abort);
    }
}
