//! Waits, and status.

use std::sync::Arc;

use crate::key::ObjectKey;
use crate::progress::{Progress, Reached};
use crate::status::{self, StoreStatus};
use crate::store::Store;
use crate::wait::{self, Wait, WaitError};

/// Waits and status.
impl<V: Send + Sync + 'static> Store<V> {
    /// Waits until the first state of each source is whole.
    ///
    /// # Errors
    ///
    /// Fails if a source ends before.
    pub fn ready(&self) -> Wait<()> {
        self.reached(Progress::ready)
    }

    /// Returns whether the first state of each source is whole. Once true, it stays true.
    pub fn is_ready(&self) -> bool {
        self.shared().progress.borrow().is_ready()
    }

    /// Returns whether the store is ready, and each source is delivering live events now, neither interrupted nor in a
    /// relist.
    pub fn is_live(&self) -> bool {
        status::is_live(self.shared())
    }

    /// Returns the status of the store and of its sources.
    pub fn status(&self) -> StoreStatus {
        status::status(self.shared())
    }

    /// Waits until the store has everything up to a resource version, such as that of an object that the program has
    /// written. An event at this version or a later one will do, or a bookmark.
    ///
    /// All sources must reach it: those of one cluster share their versions. See
    /// [`wait_for_version_from`](Self::wait_for_version_from) for stores of several clusters.
    ///
    /// # Errors
    ///
    /// Fails if a source ends before, or if its versions are not decimal numbers.
    pub fn wait_for_version(&self, version: impl Into<String>) -> Wait<()> {
        let version = version.into();
        self.reached(move |progress| progress.version(&version, None))
    }

    /// Waits until the store has everything up to a resource version from one source.
    ///
    /// # Errors
    ///
    /// Same as [`wait_for_version`](Self::wait_for_version), or if there is no such source.
    pub fn wait_for_version_from(&self, source: &str, version: impl Into<String>) -> Wait<()> {
        let (version, at) = (version.into(), self.shared().source_named(source));
        if let Some(at) = at {
            return self.reached(move |progress| progress.version(&version, Some(at.into())));
        }
        let error = WaitError::no_source(source);
        Wait::new(async move { Err(error) })
    }

    fn reached(&self, reached: impl Fn(&Progress) -> Reached + Send + Sync + 'static) -> Wait<()> {
        self.start();
        let handle = Arc::clone(&self.handle);
        Wait::new(async move { wait::reached(Arc::clone(&handle.shared), reached).await })
    }

    /// Waits until the store is ready and a predicate is true of the object with a namespace and name, or of its
    /// absence. Returns the object as it then was.
    ///
    /// # Errors
    ///
    /// Fails if the sources end before.
    pub fn wait_until(
        &self,
        key: impl Into<ObjectKey>,
        predicate: impl Fn(Option<&V>) -> bool + Send + Sync + 'static,
    ) -> Wait<Option<Arc<V>>> {
        let (store, key) = (self.clone(), key.into());
        let mut changes = self.subscribe_to(key.clone()).coalesced();
        Wait::new(async move {
            store.ready().await?;
            loop {
                let object = store.get(key.namespace(), key.name());
                if predicate(object.as_deref()) {
                    return Ok(object);
                }
                if changes.next().await.is_none() {
                    return Err(wait::ended(store.shared()));
                }
            }
        })
    }
}
