//! The watch of all Leases of a relay, which begins again after errors.

use std::time::Duration;

use futures::StreamExt as _;
use kube_client::Client;
use tokio::time::Instant;
use watch_protocol::EventType;
use watch_protocol::error::one_line;
use watch_protocol::machine::Delivery;
use watch_runtime::{RawEvents, Watcher};
use watchable_core::DynamicObject;

use super::lease::{LEASES, Lease};
use super::settings::ReplicaSettings;

pub(super) struct LeaseWatch {
    watcher: Watcher<DynamicObject>,
    status: tokio::sync::watch::Receiver<watch_runtime::WatchStatus>,
    stream: Option<RawEvents>,
    retry_at: Instant,
    retry_period: Duration,
}

/// What a watch shows.
pub(super) enum Seen {
    Lease(Box<Lease>),
    Deleted {
        name: String,
        version: String,
    },
    /// Perhaps the end of the initial list.
    Progress,
}

impl LeaseWatch {
    pub(super) fn new(client: Client, settings: &ReplicaSettings) -> Self {
        let watcher = Watcher::for_resource(client, LEASES)
            .namespace(&*settings.namespace)
            .label_selector(settings.label_selector())
            .without_managed_fields();
        Self {
            status: watcher.status(),
            watcher,
            stream: None,
            retry_at: Instant::now(),
            retry_period: settings.retry_period,
        }
    }

    pub(super) fn has_synced(&self) -> bool {
        self.stream.as_ref().is_some_and(RawEvents::has_synced)
    }

    /// Returns what the watch shows next. Cancel safe.
    pub(super) async fn next(&mut self) -> Seen {
        loop {
            if self.stream.is_none() {
                tokio::time::sleep_until(self.retry_at).await;
            }
            let stream = self.stream.get_or_insert_with(|| self.watcher.raw_events());
            let item = tokio::select! {
                item = stream.next() => item,
                Ok(()) = self.status.changed() => return Seen::Progress,
            };
            match item {
                Some(Ok(event)) => match self.seen(&event.delivery) {
                    Ok(seen) => return seen,
                    Err(error) => {
                        let name = &event.delivery.identity;
                        tracing::warn!(%name, %error, "a Lease was skipped: it is malformed");
                    }
                },
                ended => {
                    if let Some(Err(error)) = ended {
                        let error = one_line(&error);
                        tracing::warn!(error, "Leases cannot be watched; it is tried again");
                    }
                    self.stream = None;
                    self.retry_at = Instant::now() + self.retry_period;
                }
            }
        }
    }

    fn seen(&self, delivery: &Delivery) -> Result<Seen, Box<dyn std::error::Error>> {
        if delivery.etype == EventType::Deleted {
            let name = delivery.identity.name.clone();
            let version = delivery.identity.version.clone().unwrap_or_default();
            return Ok(Seen::Deleted { name, version });
        }
        let object = self.watcher.decode(delivery)?;
        Ok(Seen::Lease(Box::new(object.decode()?)))
    }
}
