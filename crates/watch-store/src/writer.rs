//! Writes into a store what no watcher brings.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use serde::Deserialize;
use watch_protocol::identity::Identity;
use watch_protocol::machine::Delivery;
use watch_protocol::raw_object::{Form, RawObject};
use watch_protocol::uid::Uid;
use watch_runtime::{EventType, Origin, Phase, WatchStatus};
use watchable_core::json;

use crate::facts::Facts;
use crate::feeder::{Feeder, Received};
use crate::key::ObjectKey;
use crate::progress::End;
use crate::shared::Shared;
use crate::source::Written;

/// Writes a source of a store: see [`Store::writer`](crate::Store::writer).
///
/// Look-ups, indexes, subscriptions and waits are those of any store. When the writer is dropped, the source has ended;
/// the store keeps what was written.
pub struct StoreWriter<V: Send + Sync + 'static> {
    shared: Arc<Shared<V>>,
    source: usize,
    feeder: Feeder<V>,
    has_synced: bool,
}

impl<V: Send + Sync + 'static> StoreWriter<V> {
    /// Takes the writer of a source, if it is a written one whose writer nobody has.
    pub(crate) fn take(shared: &Arc<Shared<V>>, source: usize) -> Option<Self> {
        let written = shared.sources[source].1.written()?;
        if written.has_writer.swap(true, Ordering::Relaxed) {
            return None;
        }
        let (shared, feeder) = (Arc::clone(shared), Feeder::new(shared, source));
        Some(Self { shared, source, feeder, has_synced: false })
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
        let identity = identity(&object)?;
        let version = identity.version.clone().filter(|_| origin == Origin::Live);
        if etype == EventType::Deleted {
            let key = (identity.namespace.as_str(), identity.name.as_str());
            self.feeder.remove(key, &identity.uid, origin.into());
        } else {
            let object = RawObject { form: Form::Json, bytes: object };
            let delivery = Delivery { etype, origin, object, identity };
            let resource = self.shared.sources[self.source].1.resource();
            let kept = self.shared.keeper.keep(&delivery, resource)?;
            let facts = Facts::of(&delivery.object);
            let Identity { namespace, name, uid, .. } = delivery.identity;
            let (key, origin) = (ObjectKey::new(&namespace, &name), origin.into());
            self.feeder.put(Received { key, uid, facts, kept, origin });
        }
        self.update_status(|status| status.events += 1);
        if let Some(version) = version {
            self.advance(&version);
        }
        Ok(())
    }

    /// Says that the first state is complete, and which resource version it has. The store is ready when all of its
    /// sources have said so.
    pub fn sync(&mut self, version: &str) {
        self.has_synced = true;
        self.update_status(|status| status.phase = Phase::Live);
        self.advance(version);
    }

    /// Says which resource version the source has reached.
    pub fn advance(&mut self, version: &str) {
        self.shared.advance(self.source, self.has_synced, Some(version));
        self.update_status(|status| status.resource_version = Some(version.to_owned()));
    }

    fn written(&self) -> Option<&Written> {
        self.shared.sources[self.source].1.written()
    }

    fn update_status(&self, update: impl FnOnce(&mut WatchStatus)) {
        if let Some(written) = self.written() {
            written.status.send_modify(update);
        }
    }
}

impl<V: Send + Sync + 'static> Drop for StoreWriter<V> {
    fn drop(&mut self) {
        self.update_status(|status| status.phase = Phase::Stopped);
        let end = if std::thread::panicking() { End::Panicked } else { End::Stopped };
        self.shared.end(self.source, end);
    }
}

impl<V: Send + Sync + 'static> std::fmt::Debug for StoreWriter<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, _) = &self.shared.sources[self.source];
        f.debug_struct("StoreWriter").field("source", name).finish_non_exhaustive()
    }
}

fn identity(object: &[u8]) -> Result<Identity, json::Error> {
    #[derive(Deserialize)]
    struct Object {
        metadata: Metadata,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Metadata {
        name: String,
        #[serde(default)]
        namespace: Option<String>,
        #[serde(default)]
        uid: Option<String>,
        #[serde(default)]
        resource_version: Option<String>,
    }

    let Object { metadata } = json::from_slice(object)?;
    Ok(Identity {
        name: metadata.name,
        namespace: metadata.namespace.unwrap_or_default(),
        uid: Uid::of(&metadata.uid.unwrap_or_default()),
        version: metadata.resource_version,
        content: 0,
    })
}
