//! The index of served resources, by path and by kind.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use watchable_core::{CatalogEntry, ResourceInfo, Scope};

use super::builtin;
use super::definition::Definition;
use super::served::{Custom, Served, type_meta};
use crate::support::clock::Clock;

/// The verbs of custom resources.
const CUSTOM_VERBS: &[&str] =
    &["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/// The resources that a server serves at one time.
#[derive(Clone)]
pub(crate) struct Registry {
    /// In the order of their ids.
    served: Vec<Arc<Served>>,
    next_id: usize,
    pub(super) collections: usize,
    /// By `apiVersion/plural`.
    by_path: HashMap<String, Arc<Served>>,
    /// By `apiVersion/Kind`.
    by_kind: HashMap<String, Arc<Served>>,
    namespaces: Option<Arc<Served>>,
    /// The collections of custom resources by definition, even while no version is served.
    definitions: HashMap<String, usize>,
    clock: Clock,
}

impl Registry {
    pub(crate) fn new(catalog: impl IntoIterator<Item = CatalogEntry>) -> Self {
        let mut registry = Self {
            served: Vec::new(),
            next_id: 0,
            collections: 0,
            by_path: HashMap::new(),
            by_kind: HashMap::new(),
            namespaces: None,
            definitions: HashMap::new(),
            clock: Clock::default(),
        };
        for entry in catalog {
            let shared = registry.collection_of(entry.resource.group(), entry.resource.plural());
            let collection = shared.unwrap_or(registry.collections);
            registry.collections = registry.collections.max(collection + 1);
            registry.add(Served {
                id: 0,
                collection,
                has_status: builtin::has_status(&entry.resource),
                scale: builtin::scale(&entry.resource),
                categories: builtin::categories(&entry.resource),
                type_meta: type_meta(&entry.resource),
                protobuf: OnceLock::new(),
                clock: Clock::default(),
                resource: entry.resource,
                list_kind: entry.list_kind.map(str::to_owned),
                singular: entry.singular.to_owned(),
                short_names: entry.short_names.iter().map(|&name| name.to_owned()).collect(),
                verbs: entry.verbs,
                custom: None,
            });
        }
        registry
    }

    /// Registers the resource of a definition, in place of an earlier state of the definition. A
    /// resource of the catalog takes precedence.
    pub(crate) fn register(&mut self, definition: &Definition) {
        let collection = self.unregister(&definition.name());
        let shared = || self.collection_of(&definition.group, &definition.names.plural);
        let collection = collection.or_else(shared).unwrap_or(self.collections);
        self.collections = self.collections.max(collection + 1);
        self.definitions.insert(definition.name(), collection);
        for version in &definition.versions {
            let names = &definition.names;
            let scope = if definition.namespaced { Scope::Namespaced } else { Scope::Cluster };
            let resource = ResourceInfo::dynamic(
                &*definition.group,
                &*version.name,
                &*names.kind,
                &*names.plural,
                scope,
            );
            self.add(Served {
                id: 0,
                collection,
                has_status: version.has_status,
                scale: version.scale.clone(),
                type_meta: type_meta(&resource),
                protobuf: OnceLock::new(),
                clock: Clock::default(),
                resource,
                list_kind: Some(names.list_kind.clone()),
                singular: names.singular.clone(),
                short_names: names.short.clone(),
                categories: names.categories.clone(),
                verbs: CUSTOM_VERBS,
                custom: Some(Custom {
                    definition: definition.name(),
                    columns: version.columns.clone(),
                }),
            });
        }
    }

    /// Unregisters the resource of a definition; returns the collection of its objects.
    pub(crate) fn unregister(&mut self, definition: &str) -> Option<usize> {
        let keep = |served: &Served| !served.is_defined_by(definition);
        self.served.retain(|served| keep(served));
        self.by_path.retain(|_, served| keep(served));
        self.by_kind.retain(|_, served| keep(served));
        self.definitions.remove(definition)
    }

    /// Adds a resource, unless it is there; returns whether it was added.
    pub(super) fn add(&mut self, mut served: Served) -> bool {
        let resource = served.resource.clone();
        let api_version = resource.api_version();
        let path = format!("{api_version}/{}", resource.plural());
        if self.by_path.contains_key(&path) {
            return false;
        }
        served.id = self.next_id;
        self.next_id += 1;
        served.clock = self.clock.clone();
        let served = Arc::new(served);
        if resource.group().is_empty() && resource.plural() == "namespaces" {
            self.namespaces = Some(Arc::clone(&served));
        }
        // A kind can belong to a stored resource and to one that is not: the stored one is found.
        let kind = format!("{api_version}/{}", resource.kind());
        if served.has_verb("list") || !self.by_kind.contains_key(&kind) {
            self.by_kind.insert(kind, Arc::clone(&served));
        }
        self.by_path.insert(path, Arc::clone(&served));
        self.served.push(served);
        true
    }

    /// Returns the clock by which tables tell ages.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn all(&self) -> &[Arc<Served>] {
        &self.served
    }

    /// Returns the number of collections that were ever in use.
    pub(crate) fn collections(&self) -> usize {
        self.collections
    }

    /// Returns the collection that the versions of a resource share.
    pub(crate) fn collection_of(&self, group: &str, plural: &str) -> Option<usize> {
        let is_match =
            |s: &&Arc<Served>| s.resource.group() == group && s.resource.plural() == plural;
        self.served.iter().find(is_match).map(|served| served.collection)
    }

    pub(crate) fn by_path(&self, api_version: &str, plural: &str) -> Option<&Arc<Served>> {
        self.by_path.get(&format!("{api_version}/{plural}"))
    }

    pub(crate) fn by_kind(&self, api_version: &str, kind: &str) -> Option<&Arc<Served>> {
        self.by_kind.get(&format!("{api_version}/{kind}"))
    }

    /// Returns the core group's `namespaces`, if the catalog has them.
    pub(crate) fn namespaces(&self) -> Option<&Arc<Served>> {
        self.namespaces.as_ref()
    }

    /// Returns a version of `customresourcedefinitions`, if the catalog has one.
    pub(crate) fn definitions(&self) -> Option<&Arc<Served>> {
        self.served.iter().find(|served| served.is_definitions())
    }

    pub(crate) fn has_api_version(&self, api_version: &str) -> bool {
        self.served.iter().any(|s| s.resource().api_version() == api_version)
    }

    /// Returns whether a resource is still served, in the same collection.
    pub(crate) fn still_serves(&self, served: &Served) -> bool {
        let resource = served.resource();
        self.by_path(&resource.api_version(), resource.plural())
            .is_some_and(|now| now.collection == served.collection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(group: &'static str, version: &'static str) -> CatalogEntry {
        CatalogEntry {
            resource: ResourceInfo::new(group, version, "Ingress", "ingresses", Scope::Namespaced),
            list_kind: Some("IngressList"),
            singular: "ingress",
            short_names: &[],
            verbs: &["list"],
        }
    }

    #[test]
    fn versions_of_a_resource_share_a_collection_and_groups_do_not() {
        let registry = Registry::new([
            entry("networking.k8s.io", "v1beta1"),
            entry("extensions", "v1beta1"),
            entry("networking.k8s.io", "v1"),
        ]);
        let collections: Vec<_> = registry.all().iter().map(|s| s.collection).collect();
        assert_eq!(collections, [0, 1, 0]);
        assert_eq!(registry.collections(), 2);
    }
}
