//! Several watchers in one iterator.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::runtime::Runtime;
use watch_runtime::{
    EventSource, MuxMember, MuxStream, StopHandle, StreamOptions, WatchError, WatchEvent,
    WatchStatus, Wire,
};
use watchable_core::{Accepts, WatchTarget};

use super::{Client, Watcher};

/// The blocking form of [`MultiplexingWatcher`](crate::MultiplexingWatcher). Clones share the same watchers.
#[derive(Clone, Debug)]
pub struct MultiplexingWatcher<O: 'static> {
    mux: watch_runtime::MultiplexingWatcher<O>,
    runtime: Arc<Runtime>,
}

impl<O: 'static> MultiplexingWatcher<O> {
    /// Creates a multiplexer without watchers. The client's thread drives its streams; the watchers may use
    /// other clients.
    pub fn new(client: &Client) -> Self {
        let mux = watch_runtime::MultiplexingWatcher::new();
        Self { mux, runtime: Arc::clone(&client.runtime) }
    }

    #[cfg(any(feature = "durable", feature = "store"))]
    pub(super) fn as_async(&self) -> &watch_runtime::MultiplexingWatcher<O> {
        &self.mux
    }

    /// Returns the runtime of the client's thread.
    #[cfg(any(feature = "durable", feature = "store"))]
    pub(super) fn thread(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// See [`MultiplexingWatcher::on_error`](crate::MultiplexingWatcher::on_error). To add a watcher in the
    /// callback, convert it with [`Watcher::into_async`].
    pub fn on_error<F>(self, callback: F) -> Self
    where
        F: Fn(&crate::MultiplexingWatcher<O>, &MuxMember<O>, &WatchError) -> bool
            + Send
            + Sync
            + 'static,
    {
        Self { mux: self.mux.on_error(callback), runtime: self.runtime }
    }

    /// See [`MultiplexingWatcher::on_error_async`](crate::MultiplexingWatcher::on_error_async).
    pub fn on_error_async<F, R>(self, callback: F) -> Self
    where
        F: Fn(crate::MultiplexingWatcher<O>, MuxMember<O>, WatchError) -> R + Send + Sync + 'static,
        R: Future<Output = bool> + Send + 'static,
    {
        Self { mux: self.mux.on_error_async(callback), runtime: self.runtime }
    }

    /// See [`MultiplexingWatcher::give_up_after`](crate::MultiplexingWatcher::give_up_after).
    pub fn give_up_after(self, time: Duration) -> Self {
        Self { mux: self.mux.give_up_after(time), runtime: self.runtime }
    }

    /// See [`MultiplexingWatcher::wire`](crate::MultiplexingWatcher::wire).
    pub fn wire(self, wire: Wire) -> Self {
        Self { mux: self.mux.wire(wire), runtime: self.runtime }
    }

    /// See [`MultiplexingWatcher::add_watcher`](crate::MultiplexingWatcher::add_watcher).
    pub fn add_watcher<T>(&self, watcher: Watcher<T>)
    where
        T: WatchTarget + 'static,
        O: Accepts<T::Item>,
    {
        self.mux.add_watcher(watcher.into_async());
    }

    /// See [`MultiplexingWatcher::add_watcher_as`](crate::MultiplexingWatcher::add_watcher_as).
    pub fn add_watcher_as<T>(&self, name: &str, watcher: Watcher<T>)
    where
        T: WatchTarget + 'static,
        O: Accepts<T::Item>,
    {
        self.mux.add_watcher_as(name, watcher.into_async());
    }

    /// See [`MultiplexingWatcher::del_watcher`](crate::MultiplexingWatcher::del_watcher).
    pub fn del_watcher<T: WatchTarget>(&self) -> bool {
        self.mux.del_watcher::<T>()
    }

    /// See [`MultiplexingWatcher::del_watcher_named`](crate::MultiplexingWatcher::del_watcher_named).
    pub fn del_watcher_named(&self, name: &str) -> bool {
        self.mux.del_watcher_named(name)
    }

    /// Returns the watchers, in the order in which they were added.
    pub fn members(&self) -> Vec<MuxMember<O>> {
        self.mux.members()
    }

    /// Starts a stream of the events of all watchers, with these options for each. Ends a running stream.
    pub fn stream(&self, options: StreamOptions) -> MuxEvents<O> {
        MuxEvents { stream: self.mux.stream(options), runtime: Arc::clone(&self.runtime) }
    }

    /// Ends the running stream immediately, from any thread. The watchers stay.
    pub fn stop(&self) {
        self.mux.stop();
    }

    /// Returns a handle that stops this multiplexer's streams from another thread.
    pub fn stop_handle(&self) -> StopHandle {
        self.mux.stop_handle()
    }

    /// Returns whether a stream is running.
    pub fn is_running(&self) -> bool {
        self.mux.is_running()
    }

    /// See [`MultiplexingWatcher::status`](crate::MultiplexingWatcher::status).
    pub fn status(&self) -> Vec<(EventSource, WatchStatus)> {
        self.mux.status()
    }
}

/// The events of a blocking [`MultiplexingWatcher`]. Dropping the iterator closes all connections.
///
/// `next` blocks until there is an event. A stop from another thread ends it immediately.
///
/// # Panics
///
/// `next` panics inside an async task.
#[derive(Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct MuxEvents<O: 'static> {
    stream: MuxStream<O>,
    runtime: Arc<Runtime>,
}

impl<O: 'static> Iterator for MuxEvents<O> {
    type Item = Result<WatchEvent<O>, WatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.block_on(self.stream.next())
    }
}
