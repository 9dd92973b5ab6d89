//! Writes into a store what no watcher delivers.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use tokio::sync::watch;
use watch_protocol::identity::Identity;
use watch_protocol::machine::Delivery;
use watch_protocol::raw_object::{Form, RawObject};
use watch_runtime::{EventType, Origin, Phase, WatchStatus};
use watchable_core::json;

use crate::facts::Facts;
use crate::feeder::{Feeder, Received};
use crate::key::ObjectKey;
use crate::progress::End;
use crate::shared::Shared;

/// Writes a source of a store: see [`Store::writer`](crate::Store::writer).
///
/// Look-ups, indexes, subscriptions and waits are those of any store. When the writer is dropped, the source has ended;
/// the store keeps what was written.
pub struct StoreWriter<V: Send + Sync + 'static> {
    feeder: Feeder<V>,
    status: watch::Sender<WatchStatus>,
    has_synced: bool,
}

impl<V: Send + Sync + 'static> StoreWriter<V> {
    /// Takes the writer of a source, if it is a written one whose writer nobody has.
    pub(crate) fn take(shared: &Arc<Shared<V>>, source: usize) -> Option<Self> {
        let written = shared.sources[source].1.written()?;
        if written.has_writer.swap(true, Ordering::Relaxed) {
            return None;
        }
        let (feeder, status) = (Feeder::new(shared, source), written.status.clone());
        Some(Self { feeder, status, has_synced: false })
    }

    /// Applies an event. The object is JSON, as a watch sends it; of one that was deleted, only name, namespace and uid
    /// are read. With the origin `Live`, the source has then reached the object's resource version.
    ///
    /// # Errors
    ///
    /// If the object has no name, or does not decode into the type of the store's objects. Then nothing has changed.
    pub fn apply(
        &mut self,
        etype: EventType,
        origin: Origin,
        object: Bytes,
    ) -> Result<(), json::Error> {
        let identity = Identity::of_json(&object)?;
        let version = identity.version.clone().filter(|_| origin == Origin::Live);
        if etype == EventType::Deleted {
            let key = (identity.namespace.as_str(), identity.name.as_str());
            self.feeder.remove(key, &identity.uid, origin.into());
        } else {
            let object = RawObject { form: Form::Json, bytes: object };
            let delivery = Delivery { etype, origin, object, identity };
            let Feeder { shared, source, .. } = &self.feeder;
            let (_, source) = &shared.sources[*source];
            let kept = shared.keeper.keep(&delivery, source.resource())?;
            let facts = Facts::of(&delivery.object);
            let Identity { namespace, name, uid, .. } = delivery.identity;
            let (key, origin) = (ObjectKey::new(&namespace, &name), origin.into());
            self.feeder.put(Received { key, uid, facts, kept, origin });
        }
        self.status.send_modify(|status| status.events += 1);
        if let Some(version) = version {
            self.advance(&version);
        }
        Ok(())
    }

    /// Says that the first state is complete, and which resource version it has. The store is ready when all of its
    /// sources have said so.
    pub fn sync(&mut self, version: &str) {
        self.has_synced = true;
        self.status.send_modify(|status| status.phase = Phase::Live);
        self.advance(version);
    }

    /// Says which resource version the source has reached.
    pub fn advance(&mut self, version: &str) {
        self.feeder.shared.advance(self.feeder.source, self.has_synced, Some(version));
        self.status.send_modify(|status| status.resource_version = Some(version.to_owned()));
    }
}

impl<V: Send + Sync + 'static> Drop for StoreWriter<V> {
    fn drop(&mut self) {
        self.status.send_modify(|status| status.phase = Phase::Stopped);
        let end = if std::thread::panicking() { End::Panicked } else { End::Stopped };
        self.feeder.shared.end(self.feeder.source, end);
    }
}

impl<V: Send + Sync + 'static> std::fmt::Debug for StoreWriter<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, _) = &self.feeder.shared.sources[self.feeder.source];
        f.debug_struct("StoreWriter").field("source", name).finish_non_exhaustive()
    }
}
