//! Several watchers whose events are one iterator.

use std::future::Future;
use std::sync::Arc;

use futures::StreamExt as _;
use tokio::runtime::Runtime;
use watch_runtime::{
    EventSource, MuxMember, MuxStream, StopHandle, StreamOptions, WatchError, WatchEvent,
    WatchStatus,
};
use watchable_core::{Accepts, WatchTarget};

use super::{Client, Watcher};

/// The blocking twin of [`MultiplexingWatcher`](crate::MultiplexingWatcher). Clones are the same
/// container.
#[derive(Clone, Debug)]
pub struct MultiplexingWatcher<O: 'static> {
    mux: watch_runtime::MultiplexingWatcher<O>,
    runtime: Arc<Runtime>,
}

impl<O: 'static> MultiplexingWatcher<O> {
    /// A container with no watchers in it. The client's thread serves the streams; the watchers may
    /// be of other clients.
    pub fn new(client: &Client) -> Self {
        let mux = watch_runtime::MultiplexingWatcher::new();
        Self { mux, runtime: Arc::clone(&client.runtime) }
    }

    /// See [`MultiplexingWatcher::on_error`](crate::MultiplexingWatcher::on_error). A watcher is added
    /// in the callback as [`Watcher::into_async`] gives it.
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

    /// The watchers, in the order in which they were added.
    pub fn members(&self) -> Vec<MuxMember<O>> {
        self.mux.members()
    }

    /// Streams the events of all watchers, each with these options. A stream that is running ends.
    pub fn stream(&self, options: StreamOptions) -> MuxEvents<O> {
        MuxEvents { stream: self.mux.stream(options), runtime: Arc::clone(&self.runtime) }
    }

    /// Ends the running stream at once, from any thread. The watchers stay.
    pub fn stop(&self) {
        self.mux.stop();
    }

    /// A handle that stops this container's streams from elsewhere.
    pub fn stop_handle(&self) -> StopHandle {
        self.mux.stop_handle()
    }

    /// Whether a stream is running.
    pub fn is_running(&self) -> bool {
        self.mux.is_running()
    }

    /// See [`MultiplexingWatcher::status`](crate::MultiplexingWatcher::status).
    pub fn status(&self) -> Vec<(EventSource, WatchStatus)> {
        self.mux.status()
    }
}

/// The events of a blocking [`MultiplexingWatcher`]. Dropping it closes all connections.
///
/// `next` waits as long as nothing happens; a stop from another thread ends it at once.
///
/// # Panics
///
/// `next` panics inside of an async task, where blocking is a mistake.
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
