//! A store without async.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use watch_store::{Change, Index, ObjectKey, Wait, WaitError};

use super::Client;

/// The blocking form of [`Store`](crate::Store), to which it dereferences: look-ups and indexes are the same.
///
/// Methods that wait take how long to wait at most, and panic inside an async task.
#[derive(Clone, Debug)]
pub struct Store<V: Send + Sync + 'static> {
    store: crate::Store<V>,
    runtime: Arc<Runtime>,
}

impl<V: Send + Sync + 'static> Store<V> {
    pub(super) fn new(store: crate::Store<V>, runtime: Arc<Runtime>) -> Self {
        Self { store, runtime }
    }

    /// Builds a store, which the client's thread feeds: of several sources, compact, or of projections.
    ///
    /// ```no_run
    /// # #[cfg(feature = "rel_1_37")]
    /// # fn program() -> Result<(), Box<dyn std::error::Error>> {
    /// use watchables::StoreBuilder;
    /// use watchables::blocking::{Store, Watcher, connect};
    /// use watchables::rel_1_37::v1::Pod;
    ///
    /// let client = connect()?;
    /// let shop = Watcher::<Pod>::new(&client).namespace("shop").into_async();
    /// let bank = Watcher::<Pod>::new(&client).namespace("bank").into_async();
    /// let pods = Store::build(&client, |runtime| {
    ///     StoreBuilder::new().source("shop", shop).source("bank", bank).runtime(runtime).build()
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn build(
        client: &Client,
        build: impl FnOnce(tokio::runtime::Handle) -> crate::Store<V>,
    ) -> Self {
        let runtime = Arc::clone(&client.runtime);
        Self::new(build(runtime.handle().clone()), runtime)
    }

    /// Waits until the first state is whole: see [`Store::ready`](crate::Store::ready).
    ///
    /// # Errors
    ///
    /// Fails if it takes longer, or if a source ends before.
    pub fn ready(&self, within: Duration) -> Result<(), WaitError> {
        self.wait(self.store.ready(), within)
    }

    /// See [`Store::wait_for_version`](crate::Store::wait_for_version).
    ///
    /// # Errors
    ///
    /// Fails if it takes longer, if a source ends before, or if its versions are not decimal numbers.
    pub fn wait_for_version(
        &self,
        version: impl Into<String>,
        within: Duration,
    ) -> Result<(), WaitError> {
        self.wait(self.store.wait_for_version(version), within)
    }

    /// See [`Store::wait_until`](crate::Store::wait_until).
    ///
    /// # Errors
    ///
    /// Fails if it takes longer, or if the sources end before.
    pub fn wait_until(
        &self,
        key: impl Into<ObjectKey>,
        within: Duration,
        predicate: impl Fn(Option<&V>) -> bool + Send + Sync + 'static,
    ) -> Result<Option<Arc<V>>, WaitError> {
        self.wait(self.store.wait_until(key, predicate), within)
    }

    fn wait<O: Send + 'static>(&self, wait: Wait<O>, within: Duration) -> Result<O, WaitError> {
        self.runtime.block_on(wait.within(within).into_future())
    }

    /// See [`Store::subscribe`](crate::Store::subscribe).
    pub fn subscribe(&self) -> Subscription<V> {
        self.subscription(self.store.subscribe())
    }

    /// See [`Store::subscribe_to`](crate::Store::subscribe_to).
    pub fn subscribe_to(&self, key: impl Into<ObjectKey>) -> Subscription<V> {
        self.subscription(self.store.subscribe_to(key))
    }

    /// See [`Store::subscribe_index`](crate::Store::subscribe_index).
    ///
    /// # Panics
    ///
    /// Panics if the index is another store's.
    pub fn subscribe_index<K>(&self, index: &Index<V, K>, key: impl Into<K>) -> Subscription<V>
    where
        K: Eq + std::hash::Hash + Send + Sync + 'static,
    {
        self.subscription(self.store.subscribe_index(index, key))
    }

    fn subscription(&self, changes: crate::Subscription<V>) -> Subscription<V> {
        Subscription { changes, runtime: Arc::clone(&self.runtime) }
    }
}

impl<V: Send + Sync + 'static> Deref for Store<V> {
    type Target = crate::Store<V>;

    fn deref(&self) -> &crate::Store<V> {
        &self.store
    }
}

/// The blocking form of [`Subscription`](crate::Subscription): an iterator over changes.
///
/// # Panics
///
/// `next` panics inside an async task.
#[derive(Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Subscription<V: Send + Sync + 'static> {
    changes: crate::Subscription<V>,
    runtime: Arc<Runtime>,
}

impl<V: Send + Sync + 'static> Subscription<V> {
    /// See [`Subscription::coalesced`](crate::Subscription::coalesced).
    pub fn coalesced(self) -> Self {
        Self { changes: self.changes.coalesced(), runtime: self.runtime }
    }

    /// See [`Subscription::capacity`](crate::Subscription::capacity).
    pub fn capacity(self, changes: usize) -> Self {
        Self { changes: self.changes.capacity(changes), runtime: self.runtime }
    }

    /// See [`Subscription::missed`](crate::Subscription::missed).
    pub fn missed(&self) -> u64 {
        self.changes.missed()
    }

    /// See [`Subscription::is_ready`](crate::Subscription::is_ready).
    pub fn is_ready(&self) -> bool {
        self.changes.is_ready()
    }
}

impl<V: Send + Sync + 'static> Iterator for Subscription<V> {
    type Item = Change<V>;

    fn next(&mut self) -> Option<Change<V>> {
        self.runtime.block_on(self.changes.next())
    }
}
