//! The watches of a pipeline on one cluster.

use std::time::Duration;

use kube_client::Client;
use tokio::sync::watch;
use watch_protocol::WatchStatus;
use watch_protocol::error::one_line;
use watch_runtime::discovery::{Discovery, DiscoveryError};
use watch_runtime::{MultiplexingWatcher, Watcher};
use watchable_core::selector::ShardRange;
use watchable_core::{DynamicObject, ResourceInfo, Scope, ServedResource};

use crate::config::{PipelineConfig, WatchConfig};

/// Watches, by names that stay the same over restarts.
pub(crate) struct Watches {
    pub(crate) multiplexer: MultiplexingWatcher<DynamicObject>,
    pub(crate) resources: Vec<(String, ResourceInfo)>,
}

/// Finds the resources of a pipeline, and makes a watch of each resource and namespace. Waits for a server that cannot be
/// reached; `on_wait` is called with the reason.
///
/// # Errors
///
/// Says which resource the server does not have, or cannot watch.
pub(crate) async fn find(
    client: &Client,
    config: &PipelineConfig,
    shard: Option<ShardRange>,
    mut on_wait: impl FnMut(&DiscoveryError, Duration),
) -> Result<Watches, String> {
    let discovery = Discovery::new(client.clone());
    let mut watches = Watches { multiplexer: MultiplexingWatcher::new(), resources: Vec::new() };
    for watch in &config.watch {
        for name in watch.resources.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            let mut attempts = 0;
            let found = discovery.find_with_retry(name, |error, wait| {
                attempts += 1;
                on_wait(error, wait);
                // A group that is not available now may have it; but it may be misspelled.
                error.unknown().is_none() || attempts < 5
            });
            let served = found.await.map_err(|error| one_line(&error))?;
            if !served.is_watchable() {
                return Err(format!("{} cannot be watched", served.resource));
            }
            watches.add(client, (config, shard), watch, &served);
        }
    }
    Ok(watches)
}

impl Watches {
    /// Returns the statuses of the streams, with their names.
    pub(crate) fn statuses(&self) -> Vec<(String, watch::Receiver<WatchStatus>)> {
        let members = self.multiplexer.members();
        members.iter().map(|member| (member.source().to_string(), member.status())).collect()
    }

    fn add(
        &mut self,
        client: &Client,
        (config, shard): (&PipelineConfig, Option<ShardRange>),
        watch: &WatchConfig,
        served: &ServedResource,
    ) {
        let is_namespaced = served.resource.scope() == Scope::Namespaced;
        let namespaces: Vec<Option<&str>> = if is_namespaced && !watch.namespaces.is_empty() {
            watch.namespaces.iter().map(|name| Some(name.as_str())).collect()
        } else {
            vec![None]
        };
        for namespace in namespaces {
            let mut watcher =
                Watcher::<DynamicObject>::for_resource(client.clone(), served.resource.clone());
            if let Some(namespace) = namespace {
                watcher = watcher.namespace(namespace);
            }
            if let Some(selector) = &watch.labels {
                watcher = watcher.label_selector(selector);
            }
            if let Some(selector) = &watch.fields {
                watcher = watcher.field_selector(selector);
            }
            if let Some(shard) = shard {
                watcher = watcher.shard(shard);
            }
            if !config.has_managed_fields() {
                watcher = watcher.without_managed_fields();
            }
            let mut name = served.resource.to_string();
            if let Some(namespace) = namespace {
                name = format!("{name}:{namespace}");
            }
            // The same with another selector. A changed order is a mismatch of the checkpoint.
            let alike = self.resources.iter().filter(|(other, _)| {
                *other == name
                    || other.strip_prefix(&name).is_some_and(|rest| rest.starts_with('#'))
            });
            let alike = alike.count();
            if alike > 0 {
                name = format!("{name}#{}", alike + 1);
            }
            self.multiplexer.add_watcher_as(&name, watcher);
            self.resources.push((name, served.resource.clone()));
        }
    }
}
