//! A watcher whose events are an iterator.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use watch_runtime::{InitialList, StartFrom, StopHandle, StreamOptions, WatchStatus, Wire};
use watchable_core::selector::ShardRange;
use watchable_core::{
    DynamicTarget, Listed, NamespacedWatch, ResourceInfo, WatchTarget, Watchable, Watched,
};

use super::{Client, Events};

/// The blocking form of [`Watcher`](crate::Watcher), with the same settings and streams.
#[derive(Debug)]
#[must_use = "a watcher does nothing until it streams"]
pub struct Watcher<T> {
    watcher: watch_runtime::Watcher<T>,
    runtime: Arc<Runtime>,
}

impl<T> Watcher<T> {
    /// See [`Watcher::new`](crate::Watcher::new).
    pub fn new(client: &Client) -> Self
    where
        T: WatchTarget,
        T::Item: Listed,
        <T::Item as Listed>::Kind: Watched,
        T: Watchable,
    {
        Self {
            watcher: watch_runtime::Watcher::new(client.client.clone()),
            runtime: Arc::clone(&client.runtime),
        }
    }
}

impl<T> Watcher<T> {
    /// See [`Watcher::for_resource`](crate::Watcher::for_resource).
    pub fn for_resource(client: &Client, resource: ResourceInfo) -> Self
    where
        T: DynamicTarget,
    {
        Self {
            watcher: watch_runtime::Watcher::for_resource(client.client.clone(), resource),
            runtime: Arc::clone(&client.runtime),
        }
    }
}

/// Settings. An invalid setting is reported as the iterator's first item.
impl<T: WatchTarget> Watcher<T> {
    /// See [`Watcher::namespace`](crate::Watcher::namespace).
    pub fn namespace(self, namespace: impl Into<String>) -> Self
    where
        T::Item: NamespacedWatch,
    {
        self.with(|watcher| watcher.namespace(namespace))
    }

    /// See [`Watcher::wait_for_resource`](crate::Watcher::wait_for_resource).
    pub fn wait_for_resource(self, wait: bool) -> Self {
        self.with(|watcher| watcher.wait_for_resource(wait))
    }

    /// See [`Watcher::give_up_after`](crate::Watcher::give_up_after).
    pub fn give_up_after(self, time: Duration) -> Self {
        self.with(|watcher| watcher.give_up_after(time))
    }

    /// See [`Watcher::wire`](crate::Watcher::wire).
    pub fn wire(self, wire: Wire) -> Self {
        self.with(|watcher| watcher.wire(wire))
    }

    /// See [`Watcher::label_selector`](crate::Watcher::label_selector).
    pub fn label_selector(self, selector: impl Into<String>) -> Self {
        self.with(|watcher| watcher.label_selector(selector))
    }

    /// See [`Watcher::field_selector`](crate::Watcher::field_selector).
    pub fn field_selector(self, selector: impl Into<String>) -> Self {
        self.with(|watcher| watcher.field_selector(selector))
    }

    /// See [`Watcher::shard`](crate::Watcher::shard).
    pub fn shard(self, shard: ShardRange) -> Self {
        self.with(|watcher| watcher.shard(shard))
    }

    /// See [`Watcher::resource_version`](crate::Watcher::resource_version).
    pub fn resource_version(self, version: impl fmt::Display) -> Self {
        self.with(|watcher| watcher.resource_version(version))
    }

    /// See [`Watcher::timeout`](crate::Watcher::timeout).
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.with(|watcher| watcher.timeout(timeout))
    }

    /// See [`Watcher::allow_watch_bookmarks`](crate::Watcher::allow_watch_bookmarks).
    pub fn allow_watch_bookmarks(self, allow: bool) -> Self {
        self.with(|watcher| watcher.allow_watch_bookmarks(allow))
    }

    /// See [`Watcher::page_size`](crate::Watcher::page_size).
    pub fn page_size(self, objects: u32) -> Self {
        self.with(|watcher| watcher.page_size(objects))
    }

    /// See [`Watcher::without_managed_fields`](crate::Watcher::without_managed_fields).
    pub fn without_managed_fields(self) -> Self {
        self.with(watch_runtime::Watcher::without_managed_fields)
    }

    /// See [`Watcher::compression`](crate::Watcher::compression).
    pub fn compression(self, compression: bool) -> Self {
        self.with(|watcher| watcher.compression(compression))
    }

    /// See [`Watcher::initial_list`](crate::Watcher::initial_list).
    pub fn initial_list(self, how: InitialList) -> Self {
        self.with(|watcher| watcher.initial_list(how))
    }

    /// See [`Watcher::start_from`](crate::Watcher::start_from).
    pub fn start_from(self, from: StartFrom) -> Self {
        self.with(|watcher| watcher.start_from(from))
    }

    /// See [`Watcher::repair_gaps`](crate::Watcher::repair_gaps).
    pub fn repair_gaps(self, repair: bool) -> Self {
        self.with(|watcher| watcher.repair_gaps(repair))
    }

    /// See [`Watcher::max_event_bytes`](crate::Watcher::max_event_bytes).
    pub fn max_event_bytes(self, bytes: usize) -> Self {
        self.with(|watcher| watcher.max_event_bytes(bytes))
    }

    fn with(
        self,
        set: impl FnOnce(watch_runtime::Watcher<T>) -> watch_runtime::Watcher<T>,
    ) -> Self {
        Self { watcher: set(self.watcher), runtime: self.runtime }
    }
}

#[cfg(feature = "store")]
impl<T: WatchTarget<Item: Sync> + 'static> Watcher<T> {
    /// Returns a store of what the watcher watches, which the client's thread feeds. See
    /// [`Store`](crate::Store).
    pub fn store(self) -> super::Store<T::Item> {
        use crate::WatcherExt as _;
        let runtime = Arc::clone(&self.runtime);
        let builder = self.watcher.store_builder().runtime(runtime.handle().clone());
        super::Store::new(builder.build(), runtime)
    }
}

impl<T: WatchTarget> Watcher<T> {
    /// Returns the underlying watcher, for the async API.
    pub fn into_async(self) -> watch_runtime::Watcher<T> {
        self.watcher
    }

    #[cfg(feature = "durable")]
    pub(super) fn into_parts(self) -> (watch_runtime::Watcher<T>, Arc<Runtime>) {
        (self.watcher, self.runtime)
    }

    /// Starts a stream of events. Ends a running stream of this watcher.
    pub fn stream(&self, options: StreamOptions) -> Events<T> {
        Events::new(self.watcher.stream(options), Arc::clone(&self.runtime))
    }

    /// Ends the running stream immediately, from any thread. See [`Watcher::stop`](crate::Watcher::stop).
    pub fn stop(&self) {
        self.watcher.stop();
    }

    /// Returns a handle that stops this watcher from another thread.
    pub fn stop_handle(&self) -> StopHandle {
        self.watcher.stop_handle()
    }

    /// Returns whether a stream is running.
    pub fn is_running(&self) -> bool {
        self.watcher.is_running()
    }

    /// Returns the current status of the newest stream. See [`Watcher::status`](crate::Watcher::status).
    pub fn status(&self) -> WatchStatus {
        self.watcher.status().borrow().clone()
    }

    /// Returns the resource version that a managed stream has reached, or else the one that was set.
    pub fn current_resource_version(&self) -> Option<String> {
        self.watcher.current_resource_version()
    }

    /// Sets the resource version that the next stream starts from.
    pub fn update_resource_version(&self, version: impl fmt::Display) {
        self.watcher.update_resource_version(version);
    }
}
