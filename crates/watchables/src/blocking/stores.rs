//! The stores of a multiplexer without async.

use std::sync::Arc;

use tokio::runtime::Runtime;
use watch_store::MultiplexerExt as _;
use watchable_core::{Listed, ResourceInfo, WatchItem, Watched};

use super::{MultiplexingWatcher, Store};

/// The blocking form of [`Stores`](crate::Stores): the stores of a multiplexer's watchers, one for each kind. The thread
/// of the multiplexer's client feeds them.
#[derive(Debug)]
pub struct Stores<O: 'static> {
    stores: crate::Stores<O>,
    runtime: Arc<Runtime>,
}

impl<O: 'static> MultiplexingWatcher<O> {
    /// Returns the stores of the multiplexer's watchers, by kind. They take the watchers over: see
    /// [`Stores`](crate::Stores).
    ///
    /// ```no_run
    /// # #[cfg(feature = "rel_1_37")]
    /// # fn program() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use watchables::AnyObject;
    /// use watchables::blocking::{MultiplexingWatcher, Watcher, connect};
    /// use watchables::rel_1_37::v1::{Node, Pod};
    ///
    /// let client = connect()?;
    /// let mux = MultiplexingWatcher::<AnyObject>::new(&client);
    /// mux.add_watcher(Watcher::<Pod>::new(&client));
    /// mux.add_watcher(Watcher::<Node>::new(&client));
    /// let stores = mux.stores();
    /// let pods = stores.of::<Pod>().ok_or("Pods are watched")?;
    /// pods.ready(Duration::from_secs(30))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stores(&self) -> Stores<O> {
        let runtime = Arc::clone(self.thread());
        Stores { stores: self.as_async().stores().runtime(runtime.handle().clone()), runtime }
    }
}

impl<O: 'static> Stores<O> {
    /// Returns the store of a kind; `None` if the multiplexer has no watcher of it. Each call returns the same store.
    /// Its sources are named as the watchers are.
    pub fn of<T>(&self) -> Option<Store<T>>
    where
        T: WatchItem + Sync + Listed<Kind: Watched>,
    {
        self.blocking(self.stores.of())
    }

    /// Returns the store of a resource, watched as objects of this type: for kinds that are chosen at run time.
    pub fn of_resource<T: WatchItem + Sync>(&self, resource: &ResourceInfo) -> Option<Store<T>> {
        self.blocking(self.stores.of_resource(resource))
    }

    fn blocking<T: Send + Sync>(&self, store: Option<crate::Store<T>>) -> Option<Store<T>> {
        store.map(|store| Store::new(store, Arc::clone(&self.runtime)))
    }

    /// Returns the resources that the multiplexer watches, each of which has a store.
    pub fn resources(&self) -> Vec<ResourceInfo> {
        self.stores.resources()
    }
}
