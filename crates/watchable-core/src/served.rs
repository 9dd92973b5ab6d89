//! A resource that an API server serves, as its discovery tells.

use crate::lookup::Named;
use crate::{CatalogEntry, ResourceInfo};

/// A resource that an API server serves, for programs that choose their kinds while they run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServedResource {
    /// Group, version, kind, plural and scope.
    pub resource: ResourceInfo,
    /// The singular name that kubectl takes, such as `pod`.
    pub singular: String,
    /// The short names that kubectl takes, such as `po`.
    pub short_names: Vec<String>,
    /// What the server does with it: `create`, `list`, `watch` …
    pub verbs: Vec<String>,
    /// Whether its version is the one that the server prefers for the group.
    pub preferred: bool,
}

impl ServedResource {
    /// A resource without short names and verbs, of a version that is preferred. Its singular is the kind in
    /// lower case.
    pub fn new(resource: ResourceInfo) -> Self {
        let singular = resource.kind().to_lowercase();
        Self { resource, singular, short_names: Vec::new(), verbs: Vec::new(), preferred: true }
    }

    /// Whether the resource can be watched.
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

    /// Preferred versions first, else in the server's order.
    fn place(&self, _: &[Self]) -> u8 {
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
    fn what_the_server_prefers_is_found_first_and_then_its_order_counts() {
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
    fn an_entry_of_a_catalogue_is_one_too() {
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
