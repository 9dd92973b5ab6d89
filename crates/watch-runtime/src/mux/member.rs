//! A watcher in a multiplexer, whatever its type.

use std::any::{Any, TypeId};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use futures::{Stream, StreamExt as _};
use tokio::sync::watch;
use watchable_core::{Accepts, ResourceInfo, WatchTarget};

use crate::protocol::error::WatchError;
use crate::protocol::event::{EventSource, WatchEvent};
use crate::protocol::options::StreamOptions;
use crate::protocol::status::WatchStatus;
use crate::watcher::Watcher;

/// The events of one member, as they fit into the stream of all.
pub(super) type Events<O> = Pin<Box<dyn Stream<Item = Result<WatchEvent<O>, WatchError>> + Send>>;

/// What a member is found by: its type, or the name that it was given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Of dynamic objects, each resource is a type.
    Type(TypeId, ResourceInfo),
    Name(Arc<str>),
}

/// A watcher that a [`MultiplexingWatcher`](crate::MultiplexingWatcher) holds. Clones are the same one.
pub struct MuxMember<O> {
    pub(super) watcher: Arc<dyn Watches<O>>,
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

    /// What its events name as their source.
    pub fn source(&self) -> &EventSource {
        &self.source
    }

    /// What it watches.
    pub fn resource(&self) -> &ResourceInfo {
        self.watcher.resource()
    }

    /// Where it stands: see [`Watcher::status`].
    pub fn status(&self) -> watch::Receiver<WatchStatus> {
        self.watcher.status()
    }

    /// The watcher itself, if `T` is what it watches: for its version, say.
    pub fn watcher<T: 'static>(&self) -> Option<&Watcher<T>> {
        self.watcher.as_any().downcast_ref()
    }

    pub(super) fn stop(&self) {
        self.watcher.stop();
    }

    pub(super) fn stream(&self, options: StreamOptions) -> Events<O> {
        self.watcher.stream(options, self.source.clone())
    }

    pub(super) fn is(&self, other: &Self) -> bool {
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

/// A watcher less its type.
pub(super) trait Watches<O>: Send + Sync {
    fn stream(&self, options: StreamOptions, source: EventSource) -> Events<O>;
    fn stop(&self);
    fn resource(&self) -> &ResourceInfo;
    fn status(&self) -> watch::Receiver<WatchStatus>;
    fn as_any(&self) -> &dyn Any;
}

impl<T, O> Watches<O> for Watcher<T>
where
    T: WatchTarget + 'static,
    O: Accepts<T::Item>,
{
    fn stream(&self, options: StreamOptions, source: EventSource) -> Events<O> {
        let resource = self.resource().clone();
        // What is named as its resource is, errors name by themselves.
        let is_named = resource.to_string() != source.as_str();
        Box::pin(Self::stream(self, options).map(move |item| match item {
            Ok(WatchEvent { etype, obj, origin, .. }) => {
                let obj = O::accept(obj, &resource);
                Ok(WatchEvent { etype, obj, origin, source: source.clone() })
            }
            Err(error) if is_named => Err(error.for_watcher(&source)),
            Err(error) => Err(error),
        }))
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

    fn as_any(&self) -> &dyn Any {
        self
    }
}
