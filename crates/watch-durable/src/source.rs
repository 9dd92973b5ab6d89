//! What a durable stream is made of: a watcher, or a member of a multiplexer.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use watch_protocol::EventSource;
use watch_protocol::machine::Delivery;
use watch_runtime::{ClusterUidError, Delivered, MuxMember, RawEvents, Restrictions, Watcher};
use watchable_core::{ResourceInfo, WatchTarget, json};

/// A watcher whose objects become `O`s.
pub(crate) trait Source<O>: Send + Sync {
    fn resume(&self, delivered: Delivered) -> RawEvents;
    fn decode(&self, delivery: &Delivery) -> Result<O, json::Error>;
    /// Returns the cluster's uid. If the stream has a checkpoint, a server that cannot be reached is waited for.
    fn cluster_uid(
        &self,
        is_resuming: bool,
    ) -> BoxFuture<'static, Result<Option<String>, ClusterUidError>>;
    fn restrictions(&self) -> Restrictions;
    fn resource(&self) -> &ResourceInfo;
    fn name(&self) -> EventSource;
}

impl<T: WatchTarget + 'static> Source<T::Item> for Watcher<T> {
    fn resume(&self, delivered: Delivered) -> RawEvents {
        self.resume_raw_events(delivered)
    }

    fn decode(&self, delivery: &Delivery) -> Result<T::Item, json::Error> {
        Self::decode(self, delivery)
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

    fn resource(&self) -> &ResourceInfo {
        Self::resource(self)
    }

    fn name(&self) -> EventSource {
        EventSource::default()
    }
}

impl<O> Source<O> for MuxMember<O> {
    fn resume(&self, delivered: Delivered) -> RawEvents {
        self.resume_raw_events(delivered)
    }

    fn decode(&self, delivery: &Delivery) -> Result<O, json::Error> {
        Self::decode(self, delivery)
    }

    fn cluster_uid(
        &self,
        is_resuming: bool,
    ) -> BoxFuture<'static, Result<Option<String>, ClusterUidError>> {
        Self::cluster_uid(self, is_resuming)
    }

    fn restrictions(&self) -> Restrictions {
        Self::restrictions(self)
    }

    fn resource(&self) -> &ResourceInfo {
        Self::resource(self)
    }

    fn name(&self) -> EventSource {
        self.source().clone()
    }
}
