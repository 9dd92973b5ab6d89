//! Discovery of groups, versions and resources.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::registry::{Registry, Served, version_priority};

/// `/`: the paths of the API.
pub(crate) fn paths(registry: &Registry) -> Value {
    let mut paths = vec!["/api".to_owned(), "/api/v1".to_owned(), "/apis".to_owned()];
    for group in group_names(registry) {
        paths.push(format!("/apis/{group}"));
        paths.extend(versions(registry, &group).iter().map(|v| format!("/apis/{group}/{v}")));
    }
    paths.extend(["/healthz", "/livez", "/readyz", "/version"].map(str::to_owned));
    json!({"paths": paths})
}

/// `/api`: the versions of the core group.
pub(crate) fn api_versions(registry: &Registry, address: SocketAddr) -> Value {
    json!({
        "kind": "APIVersions",
        "versions": versions(registry, ""),
        "serverAddressByClientCIDRs": [
            {"clientCIDR": "0.0.0.0/0", "serverAddress": address.to_string()},
        ],
    })
}

/// `/apis`: all other groups.
pub(crate) fn groups(registry: &Registry) -> Value {
    let groups: Vec<_> =
        group_names(registry).iter().map(|name| group_members(registry, name)).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// `/apis/apps`: one group.
pub(crate) fn group(registry: &Registry, name: &str) -> Option<Value> {
    if name.is_empty() || versions(registry, name).is_empty() {
        return None;
    }
    let mut group = group_members(registry, name);
    group["kind"] = "APIGroup".into();
    group["apiVersion"] = "v1".into();
    Some(group)
}

/// `/api/v1`, `/apis/apps/v1`: the resources of a version.
pub(crate) fn resources(registry: &Registry, api_version: &str) -> Option<Value> {
    let mut served: Vec<_> =
        registry.all().iter().filter(|s| s.resource().api_version() == api_version).collect();
    if served.is_empty() {
        return None;
    }
    served.sort_by_key(|s| s.resource().plural());
    let resources: Vec<_> =
        served.into_iter().flat_map(|served| with_subresources(served)).collect();
    let mut list =
        json!({"kind": "APIResourceList", "groupVersion": api_version, "resources": resources});
    // On real servers the core group's list has no `apiVersion`.
    if api_version.contains('/') {
        list["apiVersion"] = "v1".into();
    }
    Some(list)
}

/// Returns a resource, followed by its subresources.
fn with_subresources(served: &Served) -> Vec<Value> {
    let part = |name: &str, kind: &str| {
        json!({
            "name": format!("{}/{name}", served.resource().plural()),
            "singularName": "",
            "namespaced": served.is_namespaced(),
            "kind": kind,
            "verbs": served.subresource_verbs(),
        })
    };
    let mut all = vec![resource(served)];
    if served.scale.is_some() {
        let mut scale = part("scale", "Scale");
        scale["group"] = "autoscaling".into();
        scale["version"] = "v1".into();
        all.push(scale);
    }
    if served.has_status() {
        all.push(part("status", served.resource().kind()));
    }
    all
}

fn resource(served: &Served) -> Value {
    let mut resource = json!({
        "name": served.resource().plural(),
        "singularName": served.singular,
        "namespaced": served.is_namespaced(),
        "kind": served.resource().kind(),
        "verbs": served.verbs,
    });
    for (field, names) in [("shortNames", &served.short_names), ("categories", &served.categories)]
    {
        if !names.is_empty() {
            resource[field] = json!(names);
        }
    }
    resource
}

fn group_members(registry: &Registry, name: &str) -> Value {
    let versions: Vec<_> = versions(registry, name)
        .iter()
        .map(|version| json!({"groupVersion": format!("{name}/{version}"), "version": version}))
        .collect();
    json!({"name": name, "preferredVersion": versions.first(), "versions": versions})
}

/// Returns the names of all groups but the core one, sorted.
pub(super) fn group_names(registry: &Registry) -> Vec<String> {
    let groups = registry.all().iter().map(|s| s.resource().group()).filter(|g| !g.is_empty());
    let mut groups: Vec<_> = groups.map(str::to_owned).collect();
    groups.sort();
    groups.dedup();
    groups
}

/// Returns the versions of a group, the preferred one first.
pub(super) fn versions(registry: &Registry, group: &str) -> Vec<String> {
    let served = registry.all().iter().filter(|s| s.resource().group() == group);
    let mut versions: Vec<_> = served.map(|s| s.resource().version().to_owned()).collect();
    versions.sort_by_cached_key(|version| version_priority(version));
    versions.dedup();
    versions
}
