//! An entry of a release's catalog.

use crate::ResourceInfo;

/// A resource that a release of Kubernetes serves, for programs that choose resources at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// Group, version, kind, plural and scope.
    pub resource: ResourceInfo,
    /// The kind of the list, such as `PodList`; `None` if the resource cannot be listed.
    pub list_kind: Option<&'static str>,
    /// The singular name that kubectl accepts, such as `pod`.
    pub singular: &'static str,
    /// The short names that kubectl accepts, such as `po`; empty if none are known.
    pub short_names: &'static [&'static str],
    /// The verbs that the API server supports, as in discovery: `create`, `list`, `watch` …
    pub verbs: &'static [&'static str],
}

impl CatalogEntry {
    /// Returns whether the server supports the verb.
    pub fn has_verb(&self, verb: &str) -> bool {
        self.verbs.contains(&verb)
    }

    /// Returns whether the resource can be watched.
    pub fn is_watchable(&self) -> bool {
        self.has_verb("watch")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_is_watchable_if_it_has_the_verb() {
        let entry = |verbs| CatalogEntry {
            resource: ResourceInfo::new("", "v1", "Pod", "pods", crate::Scope::Namespaced),
            list_kind: Some("PodList"),
            singular: "pod",
            short_names: &["po"],
            verbs,
        };
        assert!(entry(&["list", "watch"]).is_watchable());
        assert!(!entry(&["list"]).is_watchable());
        assert!(entry(&["list"]).has_verb("list") && !entry(&["list"]).has_verb("create"));
    }
}
