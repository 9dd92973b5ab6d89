//! An entry of a release's catalogue: what the API server serves under one resource name.

use crate::ResourceInfo;

/// A resource that a release serves, for programs that choose their kinds while they run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// Group, version, kind, plural and scope.
    pub resource: ResourceInfo,
    /// The kind of the list, such as `PodList`; `None` where the resource cannot be listed.
    pub list_kind: Option<&'static str>,
    /// The singular name that kubectl takes, such as `pod`.
    pub singular: &'static str,
    /// The short names that kubectl takes, such as `po`; empty where none is known.
    pub short_names: &'static [&'static str],
    /// What the API server does with it, in discovery's words: `create`, `list`, `watch` …
    pub verbs: &'static [&'static str],
}

impl CatalogEntry {
    /// Whether the server offers the verb.
    pub fn has_verb(&self, verb: &str) -> bool {
        self.verbs.contains(&verb)
    }

    /// Whether the resource can be watched.
    pub fn is_watchable(&self) -> bool {
        self.has_verb("watch")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_tell_what_can_be_watched() {
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
