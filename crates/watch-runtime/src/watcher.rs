//! A watcher: what to watch, where, and with which settings.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use kube_client::Client;
use watchable_core::{
    DynamicTarget, Listed, NamespacedWatch, ResourceInfo, WatchItem as _, WatchTarget, Watchable,
    Watched,
};

use crate::protocol::error::WatchError;
use crate::protocol::machine::Machine;
use crate::protocol::options::StreamOptions;
use crate::protocol::request_builder::RequestBuilder;
use crate::protocol::settings::{self, InitialList, Settings, StartFrom, Timeout};
use crate::protocol::status::WatchStatus;
use crate::protocol::tombstone;
use crate::stream::control::StopHandle;
use crate::stream::resume_position::Cursor;
use crate::stream::{Shared, WatchStream};
use crate::transport::Transport;

/// Watches the objects of one kind.
///
/// `Watcher::<Pod>` and `Watcher::<PodList>` are the same watcher: both stream events that carry
/// Pods. What cannot be watched does not compile.
///
/// A watcher runs one stream at a time: a new [`stream`](Self::stream) ends the one before. It can
/// be stopped from anywhere, and streams again afterwards.
#[must_use = "a watcher does nothing until it streams"]
pub struct Watcher<T> {
    transport: Arc<dyn Transport>,
    resource: ResourceInfo,
    settings: Settings,
    cursor: Arc<Cursor>,
    stop: StopHandle,
    shared: Arc<Shared>,
    watches: PhantomData<fn() -> T>,
}

impl<T> Watcher<T> {
    /// A watcher over every namespace, or over the whole cluster for cluster-scoped kinds.
    pub fn new(client: Client) -> Self
    where
        // One by one and in this order, so that the compiler tells the first reason that applies.
        T: WatchTarget,
        T::Item: Listed,
        <T::Item as Listed>::Kind: Watched,
        T: Watchable,
    {
        Self::over(Arc::new(client), <T::Item as Listed>::Kind::resource())
    }

    pub(crate) fn over(transport: Arc<dyn Transport>, resource: ResourceInfo) -> Self {
        Self {
            transport,
            resource,
            settings: Settings::default(),
            cursor: Arc::default(),
            stop: StopHandle::default(),
            shared: Arc::default(),
            watches: PhantomData,
        }
    }
}

impl<T: DynamicTarget> Watcher<T> {
    /// A watcher of a kind that is chosen while the program runs: from a release's catalogue
    /// ([`find`](watchable_core::find)) or from a server's discovery
    /// ([`Discovery`](crate::discovery::Discovery)). `T` is `DynamicObject`, or `Meta<DynamicObject>` for the
    /// metadata alone. Whether it can be watched is then the server's to say.
    pub fn for_resource(client: Client, resource: ResourceInfo) -> Self {
        Self::over(Arc::new(client), resource)
    }
}

/// Settings. A wrong one is the stream's first item, an error that names it.
impl<T: WatchTarget> Watcher<T> {
    /// Only objects in this namespace.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self
    where
        T::Item: NamespacedWatch,
    {
        self.settings.namespace = Some(namespace.into());
        self.shared = Arc::default();
        self
    }

    /// Only objects whose labels fit, such as `app=web,tier in (front, back)`.
    pub fn label_selector(mut self, selector: impl Into<String>) -> Self {
        self.settings.label_selector = Some(selector.into());
        self.shared = Arc::default();
        self
    }

    /// Only objects whose fields fit, such as `metadata.name=web-1`. Which fields there are is the
    /// server's to say; name and namespace always are.
    pub fn field_selector(mut self, selector: impl Into<String>) -> Self {
        self.settings.field_selector = Some(selector.into());
        self.shared = Arc::default();
        self
    }

    /// Start just after this version: no event is wanted that is as old or older.
    ///
    /// `0` means any state that the server has at hand; a managed stream then begins as with no
    /// version. A version that the server has yet to reach is not always an error: some servers
    /// accept it and stay silent until they do.
    pub fn resource_version(self, version: impl fmt::Display) -> Self {
        self.cursor.give(version.to_string());
        self
    }

    /// How long an underlying watch may last, whatever arrives; `None` leaves it to the server.
    ///
    /// Not set, it is 1 second in an unmanaged stream and a random time between 5 and 10 minutes in
    /// a managed one. The API counts whole seconds: fractions are rounded up.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.timeout = timeout.into().map_or(Timeout::Server, Timeout::Limit);
        self
    }

    /// Whether the server may send bookmarks, which tell how far it is while nothing happens. They
    /// never become events. On by default in managed streams, off in others.
    pub fn allow_watch_bookmarks(mut self, allow: bool) -> Self {
        self.settings.allow_watch_bookmarks = Some(allow);
        self
    }

    /// How many objects a page holds when a managed stream lists what there is; 500 by default.
    pub fn page_size(mut self, objects: u32) -> Self {
        self.settings.page_size = Some(objects);
        self
    }

    /// How a managed stream gets the state that there is; streamed, where the server can, by default.
    pub fn initial_list(mut self, how: InitialList) -> Self {
        self.settings.initial_list = how;
        self
    }

    /// Where a managed stream begins when no version was given: with the current state by default.
    pub fn start_from(mut self, from: StartFrom) -> Self {
        self.settings.start_from = from;
        self
    }

    /// Whether a managed stream repairs gaps, as it does by default: when the server no longer has
    /// the events that would come next (410), its state is taken anew, and compared with what was
    /// delivered.
    ///
    /// For that it keeps name, uid and version of every object in mind, about 150 bytes each; of a type
    /// that does not decode from an object's identity alone, because it has required fields, also the
    /// object's JSON: see [`Origin::Repair`](crate::Origin::Repair). Without
    /// it, a gap ends the stream with an error for which [`is_gone`](crate::WatchError::is_gone)
    /// holds, and where taking the first state is interrupted, some of it may be told twice.
    ///
    /// Where the server is found to be at an older version than the stream ([`Cause::ServerRolledBack`](crate::Cause::ServerRolledBack):
    /// etcd was restored from a backup), the same is done, but versions say nothing any more: every object
    /// that there is, is told as MODIFIED, also where it is as it was. A server that has passed the stream's
    /// version before the stream is back is not found out: restore etcd with `--bump-revision` and
    /// `--mark-compacted`, [as its documentation says](https://etcd.io/docs/latest/op-guide/recovery).
    pub fn repair_gaps(mut self, repair: bool) -> Self {
        self.settings.ends_at_gaps = !repair;
        self
    }

    /// Whether a managed stream waits for a resource that the server does not have: asks again, later
    /// and later but at least every 30 s, where it would otherwise end with an error for which
    /// [`is_not_found`](crate::WatchError::is_not_found) holds. Off by default.
    ///
    /// It is for custom resources whose CRD may be installed after the program has started, or be deleted
    /// and installed again; a misspelt resource then waits for ever, which [`status`](Self::status) shows as
    /// `BackingOff` with the cause `Refused(404)`.
    pub fn wait_for_resource(mut self, wait: bool) -> Self {
        self.settings.waits_for_resource = wait;
        self
    }

    /// Objects come without their `metadata.managedFields`, which are passed over while decoding: they
    /// are half of a Pod's text, and of use only to those who ask which manager owns which field. A
    /// [`DynamicObject`](watchable_core::DynamicObject)'s JSON is without them, too.
    pub fn without_managed_fields(mut self) -> Self {
        self.settings.drops_managed_fields = true;
        self
    }

    /// How large, in bytes, an event or a list's item may be; 64 MiB by default. A larger one ends the
    /// stream with an error.
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_event_bytes = Some(bytes);
        self
    }
}

impl<T: WatchTarget> Watcher<T> {
    /// Streams events. A stream of this watcher that is running ends.
    ///
    /// # Errors
    ///
    /// They are items of the stream: see [`WatchStream`]. A wrong setting is the first and only one.
    pub fn stream(&self, options: StreamOptions) -> WatchStream<T> {
        self.stream_with(self.settings.clone(), options)
    }

    pub(crate) fn stream_with(&self, settings: Settings, options: StreamOptions) -> WatchStream<T> {
        let control = self.stop.start();
        let version = if options.manage_resource_version {
            self.cursor.current()
        } else {
            self.cursor.given()
        };
        let sound = settings::check(&settings, version.as_deref(), &self.resource);
        let repairs = !settings.ends_at_gaps;
        let drops_managed_fields = settings.drops_managed_fields;
        let requests = RequestBuilder::new(self.resource.clone(), settings, options)
            .metadata_only(T::Item::metadata_only())
            .keeping_objects(!tombstone::decodes::<T::Item>(&self.resource));
        let mut memory = self.shared.memory();
        memory.prepare(repairs, self.cursor.epoch());
        let machine = match sound {
            Ok(()) => Machine::new(requests, version, &mut memory, fastrand::Rng::new()),
            Err(fault) => {
                let doing = format!("watching {}", self.resource);
                Machine::failed(requests, WatchError::new(doing, fault.into()))
            }
        };
        drop(memory);
        WatchStream::new(
            machine,
            Arc::clone(&self.transport),
            self.resource.clone(),
            Arc::clone(&self.cursor),
            control,
            Arc::clone(&self.shared),
            drops_managed_fields,
        )
    }

    #[cfg(feature = "kube-runtime")]
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Forgets what was given, reached and delivered.
    #[cfg(feature = "kube-runtime")]
    pub(crate) fn begin_anew(&self) {
        self.cursor.forget();
    }

    /// Ends the running stream at once, also while no event arrives. The same as
    /// [`stop_handle`](Self::stop_handle)`().stop()`.
    pub fn stop(&self) {
        self.stop.stop();
    }

    /// A handle that stops this watcher from elsewhere.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Whether a stream is running: one that was made, and has neither ended nor been dropped.
    pub fn is_running(&self) -> bool {
        self.stop.is_running()
    }

    /// The version that a managed stream has reached, else the one that was given.
    pub fn current_resource_version(&self) -> Option<String> {
        self.cursor.current()
    }

    /// Sets the version to start from. It takes effect at the next [`stream`](Self::stream): one that
    /// is running goes on as it was.
    pub fn update_resource_version(&self, version: impl fmt::Display) {
        self.cursor.give(version.to_string());
    }

    /// Where the watcher's newest stream stands: what it is doing, and what it has done. Whoever waits
    /// for a [change](tokio::sync::watch::Receiver::changed) is told when the phase changes; the
    /// counters are up to date whenever they are looked at.
    pub fn status(&self) -> tokio::sync::watch::Receiver<WatchStatus> {
        self.shared.status.subscribe()
    }

    /// What is watched.
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
