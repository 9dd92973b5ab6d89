//! A watcher: what to watch, with which settings, and the entry point to its stream.

mod builder;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use kube_client::Client;
use watch_protocol::machine::Machine;
use watch_protocol::request_builder::RequestBuilder;
use watch_protocol::settings::{self, Settings};
use watch_protocol::tombstone;
use watch_protocol::{StartFrom, StreamOptions, WatchStatus, Wire};
use watchable_core::{
    DynamicTarget, Listed, ResourceInfo, WatchItem as _, WatchTarget, Watchable, Watched,
};

use crate::stream::resume_position::ResumePosition;
use crate::stream::shared::Shared;
use crate::stream::stop::StopHandle;
use crate::stream::{RawEvents, WatchStream};
use crate::transport::Transport;

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
    /// Returns a stream of events, and ends the previous stream of this watcher.
    ///
    /// # Errors
    ///
    /// Errors are items of the stream: see [`WatchStream`]. If a setting is invalid, an error that names
    /// it is the stream's only item.
    pub fn stream(&self, options: StreamOptions) -> WatchStream<T> {
        self.stream_with(self.settings.clone(), options)
    }

    /// Streams with defaults for [`give_up_after`](Self::give_up_after) and [`wire`](Self::wire).
    pub(crate) fn stream_with_defaults(
        &self,
        give_up_after: Option<Duration>,
        wire: Option<Wire>,
        options: StreamOptions,
    ) -> WatchStream<T> {
        let mut settings = self.settings.clone();
        settings.give_up_after = settings.give_up_after.or(give_up_after);
        settings.wire = settings.wire.or(wire.filter(|_| T::Item::has_protobuf()));
        self.stream_with(settings, options)
    }

    /// Returns a managed stream of objects that are not decoded yet, and ends the previous stream of this watcher. It
    /// always begins with the current state, which makes it the source of a store.
    ///
    /// [`resource_version`](Self::resource_version), [`start_from`](Self::start_from) and
    /// [`repair_gaps`](Self::repair_gaps) are ignored: they would leave a store without what existed, or with what was
    /// deleted long ago. So is [`without_managed_fields`](Self::without_managed_fields): whoever decodes decides.
    ///
    /// # Errors
    ///
    /// Errors that end the stream are items: see [`WatchStream`].
    pub fn raw_events(&self) -> RawEvents {
        // A deletion needs no object: the program has it.
        RawEvents::new(self.start(self.reset_to_current_state(), StreamOptions::managed(), false))
    }

    pub(crate) fn stream_with(&self, settings: Settings, options: StreamOptions) -> WatchStream<T> {
        self.start(settings, options, !tombstone::decodes::<T::Item>(&self.resource))
    }

    /// Discards the resume position and, with the next stream, the record of delivered objects. Returns the settings of
    /// a stream that begins with the current state and repairs gaps.
    pub(crate) fn reset_to_current_state(&self) -> Settings {
        self.position.clear();
        Settings {
            start_from: StartFrom::CurrentState,
            ends_at_gaps: false,
            ..self.settings.clone()
        }
    }

    /// Starts a stream that decodes, if at all, as `U`.
    fn start<U: WatchTarget>(
        &self,
        settings: Settings,
        options: StreamOptions,
        keeps_objects: bool,
    ) -> WatchStream<U> {
        let stop = self.stop.start();
        let version = if options.manage_resource_version {
            self.position.current()
        } else {
            self.position.start()
        };
        let checked =
            settings::check(&settings, version.as_deref(), &self.resource, T::Item::has_protobuf());
        let repairs_gaps = !settings.ends_at_gaps;
        let drops_managed_fields = settings.drops_managed_fields;
        let requests = RequestBuilder::new(self.resource.clone(), settings, options)
            .metadata_only(T::Item::metadata_only())
            .has_protobuf(T::Item::has_protobuf())
            .keeping_objects(keeps_objects);
        let mut watcher_state = self.shared.watcher_state();
        watcher_state.prepare(repairs_gaps, self.position.epoch());
        let machine = match checked {
            Ok(()) => Machine::new(requests, version, &mut watcher_state, fastrand::Rng::new()),
            Err(fault) => Machine::failed(requests, fault.into_error(&self.resource)),
        };
        drop(watcher_state);
        WatchStream::new(
            machine,
            Arc::clone(&self.transport),
            self.resource.clone(),
            Arc::clone(&self.position),
            stop,
            Arc::clone(&self.shared),
            drops_managed_fields,
        )
    }

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
