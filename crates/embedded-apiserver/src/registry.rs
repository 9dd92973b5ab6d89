//! What the server serves: the catalogue, arranged for look-ups by path and by kind.

use std::collections::HashMap;
use std::fmt;

use bytes::Bytes;
use watchable_core::{CatalogEntry, ResourceInfo, Scope};

/// A resource in one version of its group, and the collection that keeps its objects.
pub(crate) struct Served {
    /// Its place in the registry.
    pub(crate) id: usize,
    /// The collection of its objects, which all versions of a group share.
    pub(crate) collection: usize,
    pub(crate) entry: CatalogEntry,
    /// `"kind":"Pod","apiVersion":"v1"`, the members that stored objects go without.
    type_meta: Bytes,
}

/// All that a server serves.
pub(crate) struct Registry {
    served: Vec<Served>,
    collections: usize,
    /// By `apiVersion/plural`.
    by_path: HashMap<String, usize>,
    /// By `apiVersion/Kind`.
    by_kind: HashMap<String, usize>,
    namespaces: Option<usize>,
}

impl Registry {
    pub(crate) fn new(catalog: impl IntoIterator<Item = CatalogEntry>) -> Self {
        let mut registry = Self {
            served: Vec::new(),
            collections: 0,
            by_path: HashMap::new(),
            by_kind: HashMap::new(),
            namespaces: None,
        };
        for entry in catalog {
            registry.add(entry);
        }
        registry
    }

    fn add(&mut self, entry: CatalogEntry) {
        let resource = &entry.resource;
        let api_version = resource.api_version();
        let path = format!("{api_version}/{}", resource.plural());
        if self.by_path.contains_key(&path) {
            return;
        }
        let id = self.served.len();
        let same = |s: &&Served| {
            let other = s.resource();
            other.group() == resource.group() && other.plural() == resource.plural()
        };
        let collection = self.served.iter().find(same).map_or(self.collections, |s| s.collection);
        self.collections = self.collections.max(collection + 1);
        if resource.group().is_empty() && resource.plural() == "namespaces" {
            self.namespaces = Some(id);
        }
        // Reviews and the like share a kind with nothing that is kept: what is kept goes first.
        let kind = format!("{api_version}/{}", resource.kind());
        if entry.has_verb("list") || !self.by_kind.contains_key(&kind) {
            self.by_kind.insert(kind, id);
        }
        self.by_path.insert(path, id);
        let type_meta = format!(
            r#""kind":{},"apiVersion":{}"#,
            serde_json::json!(resource.kind()),
            serde_json::json!(api_version)
        );
        self.served.push(Served { id, collection, entry, type_meta: type_meta.into() });
    }

    pub(crate) fn all(&self) -> &[Served] {
        &self.served
    }

    /// How many collections of objects there are.
    pub(crate) fn collections(&self) -> usize {
        self.collections
    }

    pub(crate) fn by_path(&self, api_version: &str, plural: &str) -> Option<&Served> {
        self.by_path.get(&format!("{api_version}/{plural}")).map(|id| &self.served[*id])
    }

    pub(crate) fn by_kind(&self, api_version: &str, kind: &str) -> Option<&Served> {
        self.by_kind.get(&format!("{api_version}/{kind}")).map(|id| &self.served[*id])
    }

    /// The core group's `namespaces`, where the catalogue has them.
    pub(crate) fn namespaces(&self) -> Option<&Served> {
        self.namespaces.map(|id| &self.served[id])
    }

    pub(crate) fn has_api_version(&self, api_version: &str) -> bool {
        self.served.iter().any(|s| s.resource().api_version() == api_version)
    }
}

impl Served {
    pub(crate) fn resource(&self) -> &ResourceInfo {
        &self.entry.resource
    }

    pub(crate) fn is_namespaced(&self) -> bool {
        self.resource().scope() == Scope::Namespaced
    }

    pub(crate) fn type_meta(&self) -> &Bytes {
        &self.type_meta
    }

    /// Whether objects are kept, and not merely answered, as reviews are.
    pub(crate) fn is_kept(&self) -> bool {
        ["list", "get", "watch"].iter().any(|verb| self.entry.has_verb(verb))
    }

    /// The name in messages: `pods`, `deployments.apps`.
    pub(crate) fn qualified(&self) -> impl fmt::Display {
        let resource = self.resource();
        let dot = if resource.group().is_empty() { "" } else { "." };
        format!("{}{dot}{}", resource.plural(), resource.group())
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
    fn versions_of_a_group_share_a_collection_and_groups_do_not() {
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
