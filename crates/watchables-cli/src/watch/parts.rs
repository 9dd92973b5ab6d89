//! The watches of what is named: of a resource or an object, in one namespace or all.

use std::time::Duration;

use tokio::sync::watch::Receiver;
use watchables::{
    Accepts, Client, DynamicTarget, MultiplexingWatcher, NamespacedWatch, Scope, WatchStatus,
    Watcher,
};

use super::seen::Seen;
use super::targets::Target;
use crate::args::WatchedArgs;

/// One watch: a resource, or an object of it, in one namespace or all.
pub(crate) struct Part<'a> {
    /// A name that no other part has.
    pub(crate) key: String,
    pub(crate) target: &'a Target,
    pub(crate) namespace: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
}

/// What is selected in all parts, and how it is requested.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection<'a> {
    pub(crate) labels: Option<&'a str>,
    pub(crate) fields: Option<&'a str>,
    pub(crate) is_compressed: bool,
    pub(crate) give_up_after: Option<Duration>,
    pub(crate) has_managed_fields: bool,
}

impl<'a> Selection<'a> {
    pub(crate) fn of(args: &'a WatchedArgs, has_managed_fields: bool) -> Self {
        Self {
            labels: args.selector.as_deref(),
            fields: args.field_selector.as_deref(),
            is_compressed: args.compress,
            give_up_after: args.give_up_after(),
            has_managed_fields,
        }
    }
}

impl Part<'_> {
    /// Returns what is watched, for notices: `pods`, or `pod "web-1"`.
    pub(crate) fn what(&self) -> String {
        let singular = &self.target.served.singular;
        match self.name {
            Some(name) => format!("{singular} {name:?}"),
            None => singular.clone(),
        }
    }

    /// Adds its watcher to a multiplexer, by this name. Returns the watcher's status.
    pub(crate) fn add_to<T>(
        &self,
        mux: &MultiplexingWatcher<Seen>,
        name: &str,
        client: &Client,
        selection: Selection<'_>,
    ) -> Receiver<WatchStatus>
    where
        T: DynamicTarget + NamespacedWatch + 'static,
        Seen: Accepts<T>,
    {
        let watcher = self.watcher::<T>(client, selection);
        let status = watcher.status();
        mux.add_watcher_as(name, watcher);
        status
    }

    /// Creates its watcher.
    fn watcher<T>(&self, client: &Client, selection: Selection<'_>) -> Watcher<T>
    where
        T: DynamicTarget + NamespacedWatch,
    {
        let Selection { labels, fields, is_compressed, give_up_after, has_managed_fields } =
            selection;
        let resource = self.target.served.resource.clone();
        let mut watcher = Watcher::for_resource(client.clone(), resource);
        watcher = watcher.compression(is_compressed);
        if let Some(namespace) = self.namespace {
            watcher = watcher.namespace(namespace);
        }
        if let Some(time) = give_up_after {
            watcher = watcher.give_up_after(time);
        }
        if let Some(labels) = labels {
            watcher = watcher.label_selector(labels);
        }
        let named = self.name.map(|name| format!("metadata.name={name}"));
        let fields: Vec<_> = named.as_deref().into_iter().chain(fields).collect();
        if !fields.is_empty() {
            watcher = watcher.field_selector(fields.join(","));
        }
        if has_managed_fields { watcher } else { watcher.without_managed_fields() }
    }
}

/// Returns the watches of the targets.
pub(crate) fn parts<'a>(targets: &'a [Target], namespaces: &'a [String]) -> Vec<Part<'a>> {
    let mut namespaces: Vec<_> = namespaces.iter().map(|name| Some(name.trim())).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let mut parts = Vec::new();
    for target in targets {
        let resource = &target.served.resource;
        // As in kubectl, the namespace does not apply to cluster-scoped resources.
        let is_everywhere = namespaces.is_empty() || resource.scope() == Scope::Cluster;
        let within = if is_everywhere { &[None][..] } else { &namespaces };
        let mut add = |namespace: Option<&'a str>, name: Option<&'a str>| {
            let mut key = resource.to_string();
            if let Some(namespace) = namespace {
                key = format!("{key}:{namespace}");
            }
            if let Some(name) = name {
                key = format!("{key}/{name}");
            }
            parts.push(Part { key, target, namespace, name });
        };
        for namespace in within {
            if target.names.is_empty() {
                add(*namespace, None);
            }
            for name in target.names.iter().filter(|name| name.namespace.is_none()) {
                add(*namespace, Some(&name.name));
            }
        }
        for name in target.names.iter().filter(|name| name.namespace.is_some()) {
            add(name.namespace.as_deref(), Some(&name.name));
        }
    }
    parts
}
