//! A member of a multiplexer: a watcher with its type erased.

use std::any::{Any, TypeId};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt as _, Stream, StreamExt as _};
use tokio::sync::watch;
use watch_protocol::machine::{Delivered, Delivery};
use watch_protocol::{EventSource, StreamOptions, WatchError, WatchEvent, WatchStatus, Wire};
use watchable_core::{Accepts, ResourceInfo, WatchTarget, json};

use crate::cluster_uid::ClusterUidError;
use crate::stream::RawEvents;
use crate::watcher::{Restrictions, Watcher};

/// The stream of one member, with its events converted into `O`.
pub(super) type MemberEvents<O> =
    Pin<Box<dyn Stream<Item = Result<WatchEvent<O>, WatchError>> + Send>>;

/// How members stream.
#[derive(Clone, Copy)]
pub(super) struct MemberOptions {
    pub(super) stream: StreamOptions,
    pub(super) defaults: MemberDefaults,
}

/// Settings for members that do not set them themselves.
#[derive(Clone, Copy, Default)]
pub(super) struct MemberDefaults {
    pub(super) give_up_after: Option<Duration>,
    /// For members whose type has protobuf.
    pub(super) wire: Option<Wire>,
}

/// The key of a member: the type it watches, or the name it was added under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Each resource of a dynamic type is a key of its own.
    Type(TypeId, ResourceInfo),
    Name(Arc<str>),
}

/// A watcher in a [`MultiplexingWatcher`](crate::MultiplexingWatcher). Clones refer to the same watcher.
pub struct MuxMember<O> {
    pub(super) watcher: Arc<dyn ErasedWatcher<O>>,
    pub(super) source: EventSource,
}

impl<O> MuxMember<O> {
    pub(super) fn new<T>(watcher: Watcher<T>, source: EventSource) -> Self
    where
        T: WatchTarget + 'static,
        O: Accepts<T::Item>,
    {
        Self { watcher: Arc::new(watcher), source }
    }

    /// Returns the source that its events carry.
    pub fn source(&self) -> &EventSource {
        &self.source
    }

    /// Returns the resource that it watches.
    pub fn resource(&self) -> &ResourceInfo {
        self.watcher.resource()
    }

    /// Returns a receiver of its status: see [`Watcher::status`].
    pub fn status(&self) -> watch::Receiver<WatchStatus> {
        self.watcher.status()
    }

    /// Returns the watcher itself, for example to read its resource version; `None` unless it was added
    /// as a `Watcher<T>`.
    pub fn watcher<T: 'static>(&self) -> Option<&Watcher<T>> {
        self.watcher.as_any().downcast_ref()
    }

    /// Returns the objects that it watches as they are received: see [`Watcher::raw_events`]. Ends its stream in the
    /// multiplexer.
    pub fn raw_events(&self) -> RawEvents {
        self.watcher.raw_events()
    }

    /// Returns what [`raw_events`](Self::raw_events) does, but going on after what an earlier process has delivered: see
    /// [`Watcher::resume_raw_events`].
    pub fn resume_raw_events(&self, delivered: Delivered) -> RawEvents {
        self.watcher.resume_raw_events(delivered)
    }

    /// Decodes an object of [`raw_events`](Self::raw_events) as the events of the multiplexer carry it.
    ///
    /// # Errors
    ///
    /// Those of [`Watcher::decode`].
    pub fn decode(&self, delivery: &Delivery) -> Result<O, json::Error> {
        self.watcher.decode(delivery)
    }

    /// Returns the uid of the cluster that it watches: see [`Watcher::cluster_uid`].
    ///
    /// # Errors
    ///
    /// Those of [`Watcher::cluster_uid`].
    pub fn cluster_uid(
        &self,
        is_resuming: bool,
    ) -> BoxFuture<'static, Result<Option<String>, ClusterUidError>> {
        self.watcher.cluster_uid(is_resuming)
    }

    /// Returns what restricts its watch.
    pub fn restrictions(&self) -> Restrictions {
        self.watcher.restrictions()
    }

    /// Returns whether it watches objects of this type.
    pub fn watches<T: 'static>(&self) -> bool {
        self.watcher.item_type() == TypeId::of::<T>()
    }

    pub(super) fn stop(&self) {
        self.watcher.stop();
    }

    pub(super) fn stream(&self, options: MemberOptions) -> MemberEvents<O> {
        self.watcher.stream(options, self.source.clone())
    }

    pub(super) fn is_same_watcher(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.watcher, &other.watcher)
    }
}

impl<O> Clone for MuxMember<O> {
    fn clone(&self) -> Self {
        Self { watcher: Arc::clone(&self.watcher), source: self.source.clone() }
    }
}

impl<O> fmt::Debug for MuxMember<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MuxMember")
            .field("source", &self.source)
            .field("resource", &self.resource().to_string())
            .finish_non_exhaustive()
    }
}

/// A [`Watcher`] of any type whose objects convert into `O`.
pub(super) trait ErasedWatcher<O>: Send + Sync {
    fn stream(&self, options: MemberOptions, source: EventSource) -> MemberEvents<O>;
    fn stop(&self);
    fn resource(&self) -> &ResourceInfo;
    fn status(&self) -> watch::Receiver<WatchStatus>;
    fn raw_events(&self) -> RawEvents;
    fn resume_raw_events(&self, delivered: Delivered) -> RawEvents;
    fn decode(&self, delivery: &Delivery) -> Result<O, json::Error>;
    fn cluster_uid(
        &self,
        is_resuming: bool,
    ) -> BoxFuture<'static, Result<Option<String>, ClusterUidError>>;
    fn restrictions(&self) -> Restrictions;
    fn item_type(&self) -> TypeId;
    fn as_any(&self) -> &dyn Any;
}

impl<T, O> ErasedWatcher<O> for Watcher<T>
where
    T: WatchTarget + 'static,
    O: Accepts<T::Item>,
{
    fn stream(&self, options: MemberOptions, source: EventSource) -> MemberEvents<O> {
        let resource = self.resource().clone();
        // The error of an unnamed member already contains its resource.
        let is_named = resource.to_string() != source.as_str();
        let MemberOptions { stream, defaults: MemberDefaults { give_up_after, wire } } = options;
        Box::pin(self.stream_with_defaults(give_up_after, wire, stream).map(
            move |item| match item {
                Ok(WatchEvent { etype, obj, origin, .. }) => {
                    let obj = O::accept(obj, &resource);
                    Ok(WatchEvent { etype, obj, origin, source: source.clone() })
                }
                Err(error) if is_named => Err(error.for_watcher(&source)),
                Err(error) => Err(error),
            },
        ))
    }

    fn stop(&self) {
        Self::stop(self);
    }

    fn resource(&self) -> &ResourceInfo {
        Self::resource(self)
    }

    fn status(&self) -> watch::Receiver<WatchStatus> {
        Self::status(self)
    }

    fn raw_events(&self) -> RawEvents {
        Self::raw_events(self)
    }

    fn resume_raw_events(&self, delivered: Delivered) -> RawEvents {
        Self::resume_raw_events(self, delivered)
    }

    fn decode(&self, delivery: &Delivery) -> Result<O, json::Error> {
        Ok(O::accept(Self::decode(self, delivery)?, self.resource()))
    }

    fn cluster_uid(
        &self,
        is_resuming: bool,
    ) -> BoxFuture<'static, Result<Option<String>, ClusterUidError>> {
        Self::cluster_uid(self, is_resuming).boxed()
    }

    fn restrictions(&self) -> Restrictions {
        Self::restrictions(self)
    }

    fn item_type(&self) -> TypeId {
        TypeId::of::<T::Item>()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
