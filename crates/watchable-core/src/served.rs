//! A resource that an API server serves, from its discovery.

use crate::lookup::Named;
use crate::{CatalogEntry, ResourceInfo};

/// A resource that an API server serves, for programs that choose resources at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServedResource {
    /// Group, version, kind, plural and scope.
    pub resource: ResourceInfo,
    /// The singular name that kubectl accepts, such as `pod`.
    pub singular: String,
    /// The short names that kubectl accepts, such as `po`.
    pub short_names: Vec<String>,
    /// The categories that it is part of, such as `all`: names for several resources at once.
    pub categories: Vec<String>,
    /// The verbs that the server supports: `create`, `list`, `watch` …
    pub verbs: Vec<String>,
    /// Whether its version is the group's preferred one.
    pub preferred: bool,
}

impl ServedResource {
    /// Creates a resource without short names, categories and verbs. Its version is preferred, and its singular name is the
    /// kind in lower case.
    pub fn new(resource: ResourceInfo) -> Self {
        let singular = resource.kind().to_lowercase();
        Self {
            resource,
            singular,
            short_names: Vec::new(),
            categories: Vec::new(),
            verbs: Vec::new(),
            preferred: true,
        }
    }

    /// Returns whether the resource can be watched.
    pub fn is_watchable(&self) -> bool {
        self.verbs.iter().any(|verb| verb == "watch")
    }
}

impl From<&CatalogEntry> for ServedResource {
    fn from(entry: &CatalogEntry) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            singular: entry.singular.to_owned(),
            short_names: owned(entry.short_names),
            verbs: owned(entry.verbs),
            ..Self::new(entry.resource.clone())
        }
    }
}

impl Named for ServedResource {
    fn resource(&self) -> &ResourceInfo {
        &self.resource
    }

    fn singular(&self) -> &str {
        &self.singular
    }

    fn has_short_name(&self, name: &str) -> bool {
        self.short_names.iter().any(|short| short == name)
    }

    /// Ranks preferred versions first, and otherwise keeps the server's order.
    fn rank(&self, _: &[Self]) -> u8 {
        u8::from(!self.preferred)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scope, find};

    fn served(group: &str, version: &str, preferred: bool) -> ServedResource {
        let resource =
            ResourceInfo::dynamic(group, version, "Deployment", "deployments", Scope::Namespaced);
        ServedResource { preferred, ..ServedResource::new(resource) }
    }

    #[test]
    fn preferred_version_is_found_first_then_server_order() {
        let served = [
            served("apps", "v1beta1", false),
            served("extensions", "v1beta1", true),
            served("apps", "v1", true),
        ];
        let found = |name| find(&served, name).unwrap().resource.to_string();
        assert_eq!(found("deployment"), "deployments.extensions/v1beta1");
        assert_eq!(found("deployment.apps"), "deployments.apps/v1");
        assert_eq!(found("deployments.v1beta1.apps"), "deployments.apps/v1beta1");
    }

    #[test]
    fn catalog_entry_converts_to_a_served_resource() {
        let entry = CatalogEntry {
            resource: ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced),
            list_kind: None,
            singular: "pod",
            short_names: &["po"],
            verbs: &["list", "watch"],
        };
        let served = ServedResource::from(&entry);
        assert!(served.is_watchable() && served.has_short_name("po"));
        assert!(!ServedResource::new(entry.resource).is_watchable());
    }
}
