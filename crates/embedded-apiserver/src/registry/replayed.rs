//! The registry of a replay: recorded resources, which are only read.

use std::sync::OnceLock;

use watchable_core::{CatalogEntry, ResourceInfo};

use super::builtin;
use super::index::Registry;
use super::served::{Custom, Served, type_meta};
use crate::support::clock::Clock;

/// The verbs of what is replayed.
const VERBS: &[&str] = &["get", "list", "watch"];

impl Registry {
    /// Returns the registry of a server that shows recorded resources, each as it was recorded. What the catalog
    /// says of them is taken from there.
    pub(crate) fn for_replay(
        catalog: &[CatalogEntry],
        resources: impl IntoIterator<Item = ResourceInfo>,
    ) -> Self {
        let mut registry = Self::new([]);
        for resource in resources {
            let path = |of: &ResourceInfo| format!("{}/{}", of.api_version(), of.plural());
            let known = catalog.iter().find(|entry| path(&entry.resource) == path(&resource));
            let names = known.map_or(&[][..], |entry| entry.short_names);
            let custom = || Custom {
                definition: format!("{}.{}", resource.plural(), resource.group()),
                columns: Vec::new(),
            };
            let kind = resource.kind().to_lowercase();
            let served = Served {
                id: 0,
                // Objects of two versions differ, and each was recorded.
                collection: registry.collections,
                has_status: known.is_some() && builtin::has_status(&resource),
                scale: known.and_then(|_| builtin::scale(&resource)),
                categories: builtin::categories(&resource),
                type_meta: type_meta(&resource),
                protobuf: OnceLock::new(),
                clock: Clock::default(),
                list_kind: known.and_then(|entry| entry.list_kind).map(str::to_owned),
                singular: known.map_or(kind, |entry| entry.singular.to_owned()),
                short_names: names.iter().map(|&name| name.to_owned()).collect(),
                verbs: VERBS,
                custom: known.is_none().then(custom),
                resource,
            };
            if registry.add(served) {
                registry.collections += 1;
            }
        }
        registry
    }
}
