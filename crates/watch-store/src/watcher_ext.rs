//! Stores of a single watcher.

use watch_runtime::{EventSource, Watcher};
use watchable_core::{WatchItem, WatchTarget};

use crate::builder::StoreBuilder;
use crate::store::Store;

/// Adds stores to [`Watcher`].
pub trait WatcherExt {
    /// The type of the objects.
    type Object: WatchItem + Sync;

    /// Returns a store of what the watcher watches. It starts with its first use.
    fn store(self) -> Store<Self::Object>;

    /// Returns the builder of such a store, to decide what it keeps of each object.
    fn store_builder(self) -> StoreBuilder<Self::Object>;
}

impl<T> WatcherExt for Watcher<T>
where
    T: WatchTarget<Item: Sync> + 'static,
{
    type Object = T::Item;

    fn store(self) -> Store<T::Item> {
        self.store_builder().build()
    }

    fn store_builder(self) -> StoreBuilder<T::Item> {
        StoreBuilder::new().with(EventSource::default(), Box::new(self))
    }
}
