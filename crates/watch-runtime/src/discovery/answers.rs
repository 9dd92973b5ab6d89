//! The documents of discovery: `APIGroupDiscoveryList`, and the older `APIVersions`, `APIGroupList` and
//! `APIResourceList`.

use serde::Deserialize;
use watchable_core::lenient::null_is_default;
use watchable_core::{ResourceInfo, Scope, ServedResource};

/// What `/api` and `/apis` answer. Which document it is shows in which of its lists are there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Root {
    /// `APIGroupDiscoveryList`: all groups with all that they serve.
    items: Option<Vec<Group>>,
    /// `APIVersions`: the core group's.
    #[serde(deserialize_with = "null_is_default")]
    versions: Vec<String>,
    /// `APIGroupList`.
    #[serde(deserialize_with = "null_is_default")]
    groups: Vec<NamedGroup>,
}

/// A version of a group that has yet to be asked for.
pub(super) struct GroupVersion {
    group: String,
    version: String,
    preferred: bool,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: GroupMetadata,
    #[serde(default, deserialize_with = "null_is_default")]
    versions: Vec<GroupVersionResources>,
}

#[derive(Default, Deserialize)]
struct GroupMetadata {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct GroupVersionResources {
    version: String,
    #[serde(default, deserialize_with = "null_is_default")]
    resources: Vec<AggregatedResource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AggregatedResource {
    resource: String,
    response_kind: Option<ResponseKind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    singular_resource: String,
    #[serde(default, deserialize_with = "null_is_default")]
    verbs: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    short_names: Vec<String>,
}

#[derive(Deserialize)]
struct ResponseKind {
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedGroup {
    name: String,
    versions: Vec<NamedVersion>,
    preferred_version: Option<NamedVersion>,
}

#[derive(Deserialize)]
struct NamedVersion {
    version: String,
}

/// `APIResourceList`.
#[derive(Deserialize)]
pub(super) struct Resources {
    #[serde(default, deserialize_with = "null_is_default")]
    resources: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    #[serde(default)]
    singular_name: String,
    namespaced: bool,
    kind: String,
    #[serde(default, deserialize_with = "null_is_default")]
    verbs: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    short_names: Vec<String>,
}

impl Root {
    /// The resources, or the versions of which to ask for them, each group's preferred one first.
    pub(super) fn read(self) -> Result<Vec<ServedResource>, Vec<GroupVersion>> {
        if let Some(groups) = self.items {
            return Ok(groups.into_iter().flat_map(Group::resources).collect());
        }
        let core = self.versions.into_iter().enumerate().map(|(n, version)| GroupVersion {
            group: String::new(),
            version,
            preferred: n == 0,
        });
        Err(core.chain(self.groups.into_iter().flat_map(NamedGroup::versions)).collect())
    }
}

impl GroupVersion {
    pub(super) fn is_core(&self) -> bool {
        self.group.is_empty()
    }

    pub(super) fn path(&self) -> String {
        let Self { group, version, .. } = self;
        if self.is_core() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") }
    }
}

impl Group {
    /// Versions come in the order of their preference.
    fn resources(self) -> Vec<ServedResource> {
        let group = self.metadata.name;
        let versions = self.versions.into_iter().enumerate();
        let resources = versions.flat_map(|(n, GroupVersionResources { version, resources })| {
            let group = &group;
            resources.into_iter().filter_map(move |found| {
                let scope =
                    if found.scope == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
                // A resource that answers with no kind of its own has nothing that could be watched.
                let kind = found.response_kind?.kind;
                let resource = ResourceInfo::dynamic(group, &version, kind, found.resource, scope);
                let rest = (found.singular_resource, found.short_names, found.verbs);
                Some(served(resource, rest, n == 0))
            })
        });
        resources.collect()
    }
}

impl NamedGroup {
    fn versions(self) -> Vec<GroupVersion> {
        let best = self.preferred_version.map(|preferred| preferred.version);
        let mut versions: Vec<_> = self
            .versions
            .into_iter()
            .map(|NamedVersion { version }| GroupVersion {
                group: self.name.clone(),
                preferred: best.as_ref() == Some(&version),
                version,
            })
            .collect();
        versions.sort_by_key(|version| !version.preferred);
        versions
    }
}

impl Resources {
    /// Those of a version; without subresources, whose names have a slash.
    pub(super) fn of(self, version: &GroupVersion) -> Vec<ServedResource> {
        let GroupVersion { group, version, preferred } = version;
        let own = self.resources.into_iter().filter(|found| !found.name.contains('/'));
        let served = own.map(|found| {
            let scope = if found.namespaced { Scope::Namespaced } else { Scope::Cluster };
            let resource = ResourceInfo::dynamic(group, version, found.kind, found.name, scope);
            served(resource, (found.singular_name, found.short_names, found.verbs), *preferred)
        });
        served.collect()
    }
}

fn served(
    resource: ResourceInfo,
    (singular, short_names, verbs): (String, Vec<String>, Vec<String>),
    preferred: bool,
) -> ServedResource {
    let mut served = ServedResource::new(resource);
    // Some servers leave it out.
    if !singular.is_empty() {
        served.singular = singular;
    }
    (served.short_names, served.verbs, served.preferred) = (short_names, verbs, preferred);
    served
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregated_discovery_is_read_whole() {
        let text = r#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
            {"metadata":{"creationTimestamp":null},"versions":[{"version":"v1","resources":[
                {"resource":"pods","responseKind":{"group":"","version":"","kind":"Pod"},"scope":"Namespaced","singularResource":"pod","verbs":["get","watch"],"shortNames":["po"],"subresources":[{"subresource":"log"}]},
                {"resource":"odd","responseKind":null,"scope":"Namespaced","singularResource":"","verbs":["create"]}],"freshness":"Current"}]},
            {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1","freshness":"Stale"}]},
            {"metadata":{"name":"batch"},"versions":[
                {"version":"v1","resources":[{"resource":"jobs","responseKind":{"kind":"Job"},"scope":"Cluster","verbs":[]}]},
                {"version":"v1beta1","resources":[{"resource":"jobs","responseKind":{"kind":"Job"},"scope":"Cluster","verbs":[]}]}]}]}"#;
        let Ok(served) = serde_json::from_str::<Root>(text).unwrap().read() else { panic!() };
        let told: Vec<_> = served
            .iter()
            .map(|s| {
                format!("{} {:?} {} {}", s.resource, s.resource.scope(), s.singular, s.preferred)
            })
            .collect();
        assert_eq!(
            told,
            [
                "pods/v1 Namespaced pod true",
                "jobs.batch/v1 Cluster job true",
                "jobs.batch/v1beta1 Cluster job false"
            ]
        );
        assert!(served[0].is_watchable() && served[0].short_names == ["po"]);
    }

    #[test]
    fn older_discovery_names_the_versions_to_ask_for_the_preferred_ones_first() {
        let paths = |text: &str| {
            let Err(versions) = serde_json::from_str::<Root>(text).unwrap().read() else {
                panic!()
            };
            versions.iter().map(GroupVersion::path).collect::<Vec<_>>()
        };
        assert_eq!(paths(r#"{"kind":"APIVersions","versions":["v1"]}"#), ["/api/v1"]);
        assert_eq!(
            paths(
                r#"{"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1beta1","version":"v1beta1"},{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"version":"v1"}}]}"#
            ),
            ["/apis/apps/v1", "/apis/apps/v1beta1"]
        );
    }

    #[test]
    fn subresources_are_left_out() {
        let text = r#"{"resources":[{"name":"pods","singularName":"","namespaced":true,"kind":"Pod","verbs":["watch"]},{"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]}]}"#;
        let version =
            GroupVersion { group: String::new(), version: "v1".to_owned(), preferred: true };
        let served = serde_json::from_str::<Resources>(text).unwrap().of(&version);
        assert_eq!((served.len(), served[0].singular.as_str()), (1, "pod"));
    }
}
