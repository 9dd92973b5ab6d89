//! Aggregated discovery: all groups and resources in one document (KEP-3352).

use http::HeaderMap;
use http::header::ACCEPT;
use serde_json::{Value, json};

use super::discovery::{group_names, versions};
use crate::registry::{Registry, Served};
use crate::support::release::Release;

/// The versions of the document: the first release that serves it by default, API version and media
/// type.
const FORMS: [(Release, &str, &str); 2] = [
    (
        Release::new(1, 30),
        "apidiscovery.k8s.io/v2",
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
    ),
    (
        Release::new(1, 27),
        "apidiscovery.k8s.io/v2beta1",
        "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
    ),
];

/// A version of the document that a client prefers to plain discovery.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aggregated {
    api_version: &'static str,
    pub(crate) media_type: &'static str,
}

impl Aggregated {
    pub(crate) fn accepted(headers: &HeaderMap, release: Release) -> Option<Self> {
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let mut accepted = values.flat_map(|value| value.split(',')).map(str::trim);
        accepted.find_map(|media_range| {
            let supported = FORMS
                .iter()
                .find(|(since, _, form)| release >= *since && is_same(media_range, form));
            match supported {
                Some((_, api_version, media_type)) => Some(Some(Self { api_version, media_type })),
                // Plain discovery is preferred to everything after it.
                None => matches!(media_range, "application/json" | "*/*").then_some(None),
            }
        })?
    }

    /// `/api`: the core group.
    pub(crate) fn core(self, registry: &Registry) -> Value {
        self.list(registry, &[String::new()])
    }

    /// `/apis`: all other groups.
    pub(crate) fn groups(self, registry: &Registry) -> Value {
        self.list(registry, &group_names(registry))
    }

    fn list(self, registry: &Registry, groups: &[String]) -> Value {
        let items: Vec<_> = groups.iter().map(|name| group(registry, name)).collect();
        json!({
            "kind": "APIGroupDiscoveryList",
            "apiVersion": self.api_version,
            "metadata": {},
            "items": items,
        })
    }
}

/// Returns whether two media types have the same parameters, in any order.
fn is_same(media_range: &str, form: &str) -> bool {
    let parts = |text: &str| {
        let mut parts: Vec<_> = text.split(';').map(|part| part.trim().to_owned()).collect();
        parts.sort();
        parts
    };
    parts(media_range) == parts(form)
}

fn group(registry: &Registry, name: &str) -> Value {
    let versions: Vec<_> = versions(registry, name)
        .into_iter()
        .map(|version| {
            let mut served: Vec<_> = registry
                .all()
                .iter()
                .filter(|s| s.resource().group() == name && s.resource().version() == version)
                .collect();
            served.sort_by_key(|s| s.resource().plural());
            let resources: Vec<_> = served.into_iter().map(|served| resource(served)).collect();
            json!({"version": version, "resources": resources, "freshness": "Current"})
        })
        .collect();
    json!({"metadata": {"name": name, "creationTimestamp": null}, "versions": versions})
}

fn resource(served: &Served) -> Value {
    let info = served.resource();
    let kind = json!({"group": info.group(), "version": info.version(), "kind": info.kind()});
    let mut resource = json!({
        "resource": info.plural(),
        "responseKind": kind,
        "scope": if served.is_namespaced() { "Namespaced" } else { "Cluster" },
        "singularResource": served.singular,
        "verbs": served.verbs,
    });
    for (field, names) in [("shortNames", &served.short_names), ("categories", &served.categories)]
    {
        if !names.is_empty() {
            resource[field] = json!(names);
        }
    }
    let scale = json!({"group": "autoscaling", "version": "v1", "kind": "Scale"});
    let parts = [(served.scale.is_some(), "scale", scale), (served.has_status(), "status", kind)];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(is_served, ..)| *is_served)
        .map(|(_, name, kind)| {
            json!({"subresource": name, "responseKind": kind, "verbs": served.subresource_verbs()})
        })
        .collect();
    if !parts.is_empty() {
        resource["subresources"] = parts.into();
    }
    resource
}
