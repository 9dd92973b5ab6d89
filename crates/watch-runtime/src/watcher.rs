//! A watcher: what to watch, with which settings, and the entry point to its stream.

mod builder;
mod restrictions;
mod streams;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use kube_client::Client;
use watch_protocol::WatchStatus;
use watch_protocol::settings::Settings;
use watchable_core::{DynamicTarget, Listed, ResourceInfo, WatchTarget, Watchable, Watched};

use crate::cluster_uid::{self, ClusterUidError, RetryPolicy};
use crate::stream::resume_position::ResumePosition;
use crate::stream::shared::Shared;
use crate::stream::stop::StopHandle;
use crate::transport::Transport;
pub use crate::watcher::restrictions::Restrictions;

/// Watches the objects of one kind.
///
/// `Watcher::<Pod>` and `Watcher::<PodList>` are equivalent: both stream events that carry Pods. A type
/// that cannot be watched does not compile.
///
/// A watcher runs one stream at a time: calling [`stream`](Self::stream) ends the previous stream. The
/// stream can be stopped from any thread or task, and the watcher can stream again afterwards.
///
/// # Client
///
/// Create the client with `watchables::connect()` (or `connect_to(config)`). It sends each request once
/// and leaves retries to the watcher, which honours `Retry-After` and reports each retry in its
/// [`status`](Self::status).
///
/// A client from `Client::try_default()` works too, but kube-client then retries requests itself, up to
/// 15 times after 429, 503 or 504. A managed stream loses nothing by this, but the failures are hidden
/// from its status while kube-client retries; an unmanaged stream reports them late.
#[must_use = "a watcher does nothing until it streams"]
pub struct Watcher<T> {
    transport: Arc<dyn Transport>,
    resource: ResourceInfo,
    settings: Settings,
    position: Arc<ResumePosition>,
    stop: StopHandle,
    shared: Arc<Shared>,
    watches: PhantomData<fn() -> T>,
}

impl<T> Watcher<T> {
    /// Creates a watcher of all namespaces, or of the whole cluster if the kind is cluster-scoped.
    ///
    /// See [Client](Self#client) for how to create the client.
    pub fn new(client: Client) -> Self
    where
        // Separate and in this order, so that the compiler reports the first one that fails.
        T: WatchTarget,
        T::Item: Listed,
        <T::Item as Listed>::Kind: Watched,
        T: Watchable,
    {
        Self::with_transport(Arc::new(client), <T::Item as Listed>::Kind::resource())
    }

    pub(crate) fn with_transport(transport: Arc<dyn Transport>, resource: ResourceInfo) -> Self {
        Self {
            transport,
            resource,
            settings: Settings::default(),
            position: Arc::default(),
            stop: StopHandle::default(),
            shared: Arc::default(),
            watches: PhantomData,
        }
    }
}

impl<T> Watcher<T> {
    /// Creates a watcher of a resource that is chosen at run time, from a release's catalog
    /// ([`find`](watchable_core::find)) or from a server's discovery
    /// ([`Discovery`](crate::discovery::Discovery)).
    ///
    /// `T` is `DynamicObject`, or `Meta<DynamicObject>` for the metadata alone. Whether the resource
    /// supports watching is only known to the server: if it does not, the stream's first item is an
    /// error.
    ///
    /// See [Client](Self#client) for how to create the client.
    pub fn for_resource(client: Client, resource: ResourceInfo) -> Self
    where
        T: DynamicTarget,
    {
        Self::with_transport(Arc::new(client), resource)
    }
}

impl<T: WatchTarget> Watcher<T> {
    /// Ends the running stream immediately, even while it waits for an event. Equivalent to
    /// [`stop_handle`](Self::stop_handle)`().stop()`.
    pub fn stop(&self) {
        self.stop.stop();
    }

    /// Returns a handle that stops this watcher's stream from another task or thread.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Returns whether a stream is running: it was created, and has neither ended nor been dropped.
    pub fn is_running(&self) -> bool {
        self.stop.is_running()
    }

    /// Returns the resource version that a managed stream has delivered, or else the start version.
    pub fn current_resource_version(&self) -> Option<String> {
        self.position.current()
    }

    /// Sets the resource version to start from. It takes effect at the next call to
    /// [`stream`](Self::stream); a running stream is not affected.
    pub fn update_resource_version(&self, version: impl fmt::Display) {
        self.position.set_start(version.to_string());
    }

    /// Returns a receiver of the newest stream's status: its phase and its counters.
    ///
    /// [`changed`](tokio::sync::watch::Receiver::changed) resolves when the phase changes. The counters
    /// are current whenever the receiver is read, but a change of them alone notifies nobody.
    pub fn status(&self) -> tokio::sync::watch::Receiver<WatchStatus> {
        self.shared.status.subscribe()
    }

    /// Returns the uid of the cluster that is watched: see [`cluster_uid`](crate::cluster_uid()).
    ///
    /// If the program resumes where an earlier process left off, a server that cannot be reached, or is not ready, is asked
    /// again for the time of [`give_up_after`](Self::give_up_after), or without end, as a watcher does that has succeeded
    /// before.
    ///
    /// # Errors
    ///
    /// Those of [`cluster_uid`](crate::cluster_uid()).
    pub fn cluster_uid(
        &self,
        is_resuming: bool,
    ) -> impl Future<Output = Result<Option<String>, ClusterUidError>> + Send + 'static {
        let transport = Arc::clone(&self.transport);
        let retry_policy = if is_resuming {
            RetryPolicy::Resuming(self.settings.give_up_after)
        } else {
            RetryPolicy::First
        };
        async move { cluster_uid::fetch(&*transport, retry_policy).await }
    }

    /// Returns the namespace, the selectors and the shard to which the watch is restricted.
    pub fn restrictions(&self) -> Restrictions {
        Restrictions {
            namespace: self.settings.namespace.clone(),
            label_selector: self.settings.label_selector.clone(),
            field_selector: self.settings.field_selector.clone(),
            shard: self.settings.shard,
        }
    }

    /// Returns the resource that is watched.
    pub fn resource(&self) -> &ResourceInfo {
        &self.resource
    }
}

impl<T> fmt::Debug for Watcher<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher")
            .field("resource", &self.resource.to_string())
            .field("settings", &self.settings)
            .field("running", &self.stop.is_running())
            .finish_non_exhaustive()
    }
}
