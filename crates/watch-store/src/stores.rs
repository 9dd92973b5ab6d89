//! The stores of a multiplexer's watchers, by kind.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use tokio::runtime;
use watch_runtime::MultiplexingWatcher;
use watchable_core::{Listed, ResourceInfo, WatchItem, Watched};

use crate::builder::StoreBuilder;
use crate::store::Store;

/// The stores of a multiplexer's watchers: one for each kind, which all watchers of this kind feed.
///
/// The stores take the watchers over: a stream of the multiplexer that is running ends for them. Watchers that are added
/// to the multiplexer after a store was created do not feed it.
pub struct Stores<O: 'static> {
    mux: MultiplexingWatcher<O>,
    /// By the type of the objects and the resource.
    created: Mutex<HashMap<(TypeId, ResourceInfo), Box<dyn Any + Send>>>,
    runtime: Option<runtime::Handle>,
}

impl<O: 'static> Stores<O> {
    /// Runs the stores that are yet to be created in this runtime, instead of in that of their first use.
    #[must_use]
    pub fn runtime(self, runtime: runtime::Handle) -> Self {
        Self { runtime: Some(runtime), ..self }
    }

    /// Returns the store of a kind; `None` if the multiplexer has no watcher of it. Each call returns the same store.
    /// Its sources are named as the watchers are.
    pub fn of<T>(&self) -> Option<Store<T>>
    where
        T: WatchItem + Sync + Listed<Kind: Watched>,
    {
        self.of_resource(&<T::Kind as Watched>::resource())
    }

    /// Returns the store of a resource, watched as objects of this type: for kinds that are chosen at run time.
    pub fn of_resource<T: WatchItem + Sync>(&self, resource: &ResourceInfo) -> Option<Store<T>> {
        let mut stores = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (TypeId::of::<T>(), resource.clone());
        if let Some(store) = stores.get(&key) {
            return store.downcast_ref::<Store<T>>().cloned();
        }
        let members = self.mux.members().into_iter();
        let mut members = members
            .filter(|member| member.watches::<T>() && member.resource() == resource)
            .peekable();
        members.peek()?;
        let mut builder = members.fold(StoreBuilder::new(), |builder, member| {
            builder.with(member.source().clone(), Box::new(member))
        });
        if let Some(runtime) = &self.runtime {
            builder = builder.runtime(runtime.clone());
        }
        let store: Store<T> = builder.build();
        stores.insert(key, Box::new(store.clone()));
        Some(store)
    }

    /// Returns the resources that the multiplexer watches, each of which has a store.
    pub fn resources(&self) -> Vec<ResourceInfo> {
        let mut resources: Vec<_> =
            self.mux.members().iter().map(|member| member.resource().clone()).collect();
        resources.sort();
        resources.dedup();
        resources
    }
}

impl<O: 'static> fmt::Debug for Stores<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").field("mux", &self.mux).finish_non_exhaustive()
    }
}

/// Adds stores to [`MultiplexingWatcher`].
pub trait MultiplexerExt<O: 'static> {
    /// Returns the stores of the multiplexer's watchers, by kind.
    fn stores(&self) -> Stores<O>;
}

impl<O: 'static> MultiplexerExt<O> for MultiplexingWatcher<O> {
    fn stores(&self) -> Stores<O> {
        Stores { mux: self.clone(), created: Mutex::default(), runtime: None }
    }
}
