//! The documents of the discovery API: `APIGroupDiscoveryList` (aggregated), and the older `APIVersions`,
//! `APIGroupList` and `APIResourceList`.
//!
//! Servers send `null`, omit members, and list incomplete entries. Such an entry is skipped, or its member
//! has a default, as far as kubectl does so too; the other entries are not affected.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;
use watchable_core::{ResourceInfo, Scope, ServedResource};

use crate::discovery::failure::{Failure, Reason};
use crate::discovery::omitted::Omitted;

/// The response of `/api` or `/apis`.
#[derive(Default)]
pub(super) struct RootDocument {
    /// All resources, if the document is aggregated.
    pub(super) resources: Vec<ServedResource>,
    /// The group versions whose resources have to be requested, each group's preferred version first.
    pub(super) versions: Vec<GroupVersion>,
    /// The groups that are listed as unavailable or without a version.
    pub(super) omitted: Vec<Omitted>,
}

/// A group version whose resources have to be requested separately.
pub(super) struct GroupVersion {
    pub(super) group: String,
    version: String,
    preferred: bool,
}

impl RootDocument {
    /// Reads the response of `path`. Which kind of document it is follows from the lists present.
    pub(super) fn parse(document: &Value, path: &str) -> Self {
        let is_core = path == "/api";
        let mut root = Self::default();
        if document["items"].is_array() || document["kind"] == "APIGroupDiscoveryList" {
            for group in list(document, "items") {
                root.add_aggregated_group(group, path);
            }
        } else if is_core {
            root.add_versions(
                "",
                list(document, "versions").iter().filter_map(Value::as_str),
                None,
            );
        } else {
            for group in list(document, "groups") {
                if let Some(name) = text(group, "name") {
                    let preferred = version_of(&group["preferredVersion"]);
                    let versions = list(group, "versions").iter().filter_map(version_of);
                    root.add_versions(name, versions, preferred);
                }
            }
        }
        let is_empty = root.resources.is_empty() && root.versions.is_empty();
        if is_core && is_empty && root.omitted.is_empty() {
            root.omit("", path, Reason::NoVersions);
        }
        root
    }

    /// Adds the resources of a group. Its versions are in order of preference.
    fn add_aggregated_group(&mut self, group: &Value, path: &str) {
        let name = match text(&group["metadata"], "name") {
            Some(name) => name,
            None if path == "/api" => "",
            None => return,
        };
        let versions = list(group, "versions");
        for (n, listed) in versions.iter().enumerate() {
            let Some(version) = text(listed, "version") else { continue };
            if listed["freshness"] == "Stale" && list(listed, "resources").is_empty() {
                self.omit(name, path, Reason::Stale);
            }
            let resources = list(listed, "resources").iter();
            self.resources.extend(resources.filter_map(|found| {
                let scope =
                    if found["scope"] == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
                // A resource without a kind has no objects to watch.
                let kind = text(&found["responseKind"], "kind")?;
                let plural = text(found, "resource")?;
                let resource = resource(name, version, kind, plural, scope)?;
                Some(served(resource, found, "singularResource", n == 0))
            }));
        }
        if versions.is_empty() {
            self.omit(name, path, Reason::NoVersions);
        }
    }

    fn add_versions<'a>(
        &mut self,
        group: &str,
        versions: impl Iterator<Item = &'a str>,
        preferred: Option<&str>,
    ) {
        let mut versions: Vec<_> = versions
            .enumerate()
            .map(|(n, version)| GroupVersion {
                group: group.to_owned(),
                version: version.to_owned(),
                preferred: preferred.map_or(n == 0, |preferred| preferred == version),
            })
            .collect();
        if versions.is_empty() {
            let path = if group.is_empty() { "/api" } else { "/apis" };
            self.omit(group, path, Reason::NoVersions);
        }
        versions.sort_by_key(|version| !version.preferred);
        self.versions.append(&mut versions);
    }

    fn omit(&mut self, group: &str, path: &str, reason: fn(String) -> Reason) {
        let name = if group.is_empty() { "the core group" } else { group };
        let failure = Arc::new(Failure::new(path, reason(name.to_owned())));
        self.omitted.push(Omitted { group: Some(group.to_owned()), failure });
    }
}

impl GroupVersion {
    pub(super) fn path(&self) -> String {
        let Self { group, version, .. } = self;
        match group.as_str() {
            "" => format!("/api/{version}"),
            group => format!("/apis/{group}/{version}"),
        }
    }
}

/// Returns the resources in an `APIResourceList`, without subresources.
pub(super) fn resource_list(document: &Value, of: &GroupVersion) -> Vec<ServedResource> {
    let resources = list(document, "resources").iter().filter_map(|found| {
        // Absent means false in Go.
        let scope = if found["namespaced"] == true { Scope::Namespaced } else { Scope::Cluster };
        let (kind, plural) = (text(found, "kind")?, text(found, "name")?);
        let resource = resource(&of.group, &of.version, kind, plural, scope)?;
        Some(served(resource, found, "singularName", of.preferred))
    });
    resources.collect()
}

/// Returns `None` for a subresource, whose name contains a slash.
fn resource(
    group: &str,
    version: &str,
    kind: &str,
    plural: &str,
    scope: Scope,
) -> Option<ResourceInfo> {
    let owned = || ResourceInfo::dynamic(group, version, kind, plural, scope);
    (!plural.contains('/')).then(owned)
}

fn served(
    resource: ResourceInfo,
    found: &Value,
    singular: &str,
    preferred: bool,
) -> ServedResource {
    let texts =
        |key| list(found, key).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let mut served = ServedResource::new(resource);
    // Omitted by some servers.
    if let Some(singular) = text(found, singular) {
        singular.clone_into(&mut served.singular);
    }
    served.short_names = texts("shortNames");
    served.categories = texts("categories");
    served.verbs = if found["verbs"].is_array() {
        texts("verbs")
    } else {
        // The server does not say. kubectl requests it all the same.
        ["get", "list", "watch"].map(str::to_owned).to_vec()
    };
    served.preferred = preferred;
    served
}

/// Returns the version in an entry of a group's versions: `version`, or else the end of `groupVersion`.
fn version_of(entry: &Value) -> Option<&str> {
    text(entry, "version")
        .or_else(|| Some(text(entry, "groupVersion")?.rsplit_once('/')?.1))
        .filter(|version| !version.is_empty())
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value[key].as_str().filter(|text| !text.is_empty())
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}
