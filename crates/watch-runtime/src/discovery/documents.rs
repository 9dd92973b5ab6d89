//! The documents of the discovery API: `APIGroupDiscoveryList` (aggregated), and the older `APIVersions`,
//! `APIGroupList` and `APIResourceList`.

#[cfg(test)]
mod tests;

use serde::Deserialize;
use watchable_core::lenient::null_is_default;
use watchable_core::{ResourceInfo, Scope, ServedResource};

/// The response of `/api` or `/apis`. Which kind of document it is follows from the lists present.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RootDocument {
    /// Of `APIGroupDiscoveryList`: all groups with their resources.
    items: Option<Vec<AggregatedGroup>>,
    /// Of `APIVersions`: the versions of the core group.
    #[serde(deserialize_with = "null_is_default")]
    versions: Vec<String>,
    /// Of `APIGroupList`: the other groups.
    #[serde(deserialize_with = "null_is_default")]
    groups: Vec<ApiGroup>,
}

/// A group version whose resources have to be requested separately.
pub(super) struct GroupVersion {
    group: String,
    version: String,
    preferred: bool,
}

#[derive(Deserialize)]
struct AggregatedGroup {
    #[serde(default)]
    metadata: AggregatedGroupMetadata,
    #[serde(default, deserialize_with = "null_is_default")]
    versions: Vec<AggregatedVersion>,
}

#[derive(Default, Deserialize)]
struct AggregatedGroupMetadata {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct AggregatedVersion {
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
struct ApiGroup {
    name: String,
    versions: Vec<ApiGroupVersion>,
    preferred_version: Option<ApiGroupVersion>,
}

#[derive(Deserialize)]
struct ApiGroupVersion {
    version: String,
}

/// `APIResourceList`.
#[derive(Deserialize)]
pub(super) struct ApiResourceList {
    #[serde(default, deserialize_with = "null_is_default")]
    resources: Vec<ApiResource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiResource {
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

impl RootDocument {
    /// Returns the resources, or else the group versions to request them from, each group's preferred
    /// version first.
    pub(super) fn into_resources(self) -> Result<Vec<ServedResource>, Vec<GroupVersion>> {
        if let Some(groups) = self.items {
            return Ok(groups.into_iter().flat_map(AggregatedGroup::into_resources).collect());
        }
        let core = self.versions.into_iter().enumerate().map(|(n, version)| GroupVersion {
            group: String::new(),
            version,
            preferred: n == 0,
        });
        Err(core.chain(self.groups.into_iter().flat_map(ApiGroup::into_versions)).collect())
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

impl AggregatedGroup {
    /// The versions are in order of preference.
    fn into_resources(self) -> Vec<ServedResource> {
        let group = self.metadata.name;
        let versions = self.versions.into_iter().enumerate();
        let resources = versions.flat_map(|(n, AggregatedVersion { version, resources })| {
            let group = &group;
            resources.into_iter().filter_map(move |found| {
                let scope =
                    if found.scope == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
                // A resource without a kind has no objects to watch.
                let kind = found.response_kind?.kind;
                let resource = ResourceInfo::dynamic(group, &version, kind, found.resource, scope);
                let rest = (found.singular_resource, found.short_names, found.verbs);
                Some(served(resource, rest, n == 0))
            })
        });
        resources.collect()
    }
}

impl ApiGroup {
    fn into_versions(self) -> Vec<GroupVersion> {
        let preferred = self.preferred_version.map(|preferred| preferred.version);
        let mut versions: Vec<_> = self
            .versions
            .into_iter()
            .map(|ApiGroupVersion { version }| GroupVersion {
                group: self.name.clone(),
                preferred: preferred.as_ref() == Some(&version),
                version,
            })
            .collect();
        versions.sort_by_key(|version| !version.preferred);
        versions
    }
}

impl ApiResourceList {
    /// Returns the resources of a group version, without subresources, whose names contain a slash.
    pub(super) fn into_resources(self, version: &GroupVersion) -> Vec<ServedResource> {
        let GroupVersion { group, version, preferred } = version;
        let resources = self.resources.into_iter().filter(|found| !found.name.contains('/'));
        let served = resources.map(|found| {
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
    // Omitted by some servers.
    if !singular.is_empty() {
        served.singular = singular;
    }
    (served.short_names, served.verbs, served.preferred) = (short_names, verbs, preferred);
    served
}
