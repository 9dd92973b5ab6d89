//! Extracts resources, verbs and watches from a spec's paths.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{GroupVersionKind, Resource, Schema, Scope, Subresource};
use crate::error::{Failure, Result};

type Definitions = BTreeMap<String, Schema>;

/// Returns the resources, sorted by group, version and plural.
pub(super) fn from_paths(
    paths: &Map<String, Value>,
    definitions: &Definitions,
) -> Result<Vec<Resource>> {
    let mut resources = BTreeMap::new();
    // Sorted: the result must not depend on the order in the spec.
    let sorted: BTreeMap<_, _> = paths.iter().collect();
    for (path, item) in sorted {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if let Some(action) = operation["x-kubernetes-action"].as_str() {
                let operation = Operation { path, method, action, value: operation };
                operation
                    .add_to(&mut resources, definitions)
                    .map_err(|f| f.within(format!("{method} {path}")))?;
            }
        }
    }
    Ok(resources.into_values().map(sorted_lists).collect())
}

/// One method of one path.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    action: &'a str,
    value: &'a Value,
}

/// The parsed segments of a path.
struct Location<'a> {
    group: &'a str,
    version: &'a str,
    watch: bool,
    scope: Scope,
    plural: &'a str,
    subresource: Option<&'a str>,
}

impl Operation<'_> {
    fn add_to(
        &self,
        resources: &mut BTreeMap<(String, String, String), Resource>,
        definitions: &Definitions,
    ) -> Result<()> {
        let location = location(self.path).ok_or_else(|| {
            Failure::new("the operation has an action, but its path is not a resource path")
        })?;
        let kind: GroupVersionKind = serde_json::from_value(
            self.value["x-kubernetes-group-version-kind"].clone(),
        )
        .map_err(|error| Failure::new(format!("x-kubernetes-group-version-kind: {error}")))?;
        let key =
            (location.group.to_owned(), location.version.to_owned(), location.plural.to_owned());
        let resource = resources.entry(key).or_insert_with(|| Resource {
            group: location.group.to_owned(),
            version: location.version.to_owned(),
            plural: location.plural.to_owned(),
            kind: None,
            scope: location.scope,
            verbs: Vec::new(),
            watch: Vec::new(),
            list: None,
            subresources: BTreeMap::new(),
        });
        // Namespaced resources also have cluster-wide lists and watches.
        resource.scope = resource.scope.max(location.scope);
        if let Some(name) = location.subresource {
            return self.add_subresource(resource, name, &kind);
        }
        if (kind.group.as_str(), kind.version.as_str()) != (location.group, location.version) {
            return Err(Failure::new(format!("the path and the kind {kind:?} disagree")));
        }
        set_kind(&mut resource.kind, kind.kind.clone())?;
        match (self.action, location.watch) {
            ("watchlist", true) => {
                resource.watch.push(location.scope);
                resource.verbs.push("watch".to_owned());
            }
            // The deprecated watch of a single object; a field selector on a watchlist replaces it.
            ("watch", true) => {}
            ("list", false) => {
                set_kind(&mut resource.list, self.list_kind(&kind, definitions)?)?;
                resource.verbs.push("list".to_owned());
            }
            (_, false) => resource.verbs.extend(self.verb()?.map(str::to_owned)),
            (_, true) => return Err(self.unknown_action()),
        }
        Ok(())
    }

    fn add_subresource(
        &self,
        resource: &mut Resource,
        name: &str,
        kind: &GroupVersionKind,
    ) -> Result<()> {
        let subresource =
            resource.subresources.entry(name.to_owned()).or_insert_with(|| Subresource {
                group: kind.group.clone(),
                version: kind.version.clone(),
                kind: kind.kind.clone(),
                verbs: Vec::new(),
            });
        let Subresource { group, version, kind: first, .. } = &subresource;
        if (group, version, first) != (&kind.group, &kind.version, &kind.kind) {
            return Err(Failure::new(format!("{name} has two kinds: {first} and {}", kind.kind)));
        }
        subresource.verbs.extend(self.verb()?.map(str::to_owned));
        Ok(())
    }

    /// Returns discovery's verb for the operation; none for HEAD and OPTIONS.
    fn verb(&self) -> Result<Option<&'static str>> {
        Ok(match (self.action, self.method) {
            ("get", _) | ("connect", "get") => Some("get"),
            ("post", _) | ("connect", "post") => Some("create"),
            ("put", _) | ("connect", "put") => Some("update"),
            ("patch", _) | ("connect", "patch") => Some("patch"),
            ("delete", _) | ("connect", "delete") => Some("delete"),
            ("deletecollection", _) => Some("deletecollection"),
            ("connect", "head" | "options") => None,
            _ => return Err(self.unknown_action()),
        })
    }

    fn unknown_action(&self) -> Failure {
        Failure::new(format!("unknown action `{}`", self.action))
            .hint("add support for it in crates/codegen/src/facts/resources.rs")
    }

    /// Returns the kind of the list, from the operation's declared response.
    fn list_kind(&self, object: &GroupVersionKind, definitions: &Definitions) -> Result<String> {
        let schema = &self.value["responses"]["200"]["schema"]["$ref"];
        schema
            .as_str()
            .and_then(|reference| definitions.get(reference.strip_prefix("#/definitions/")?))
            .and_then(|list| {
                let mut kinds = list.kinds.iter();
                kinds.find(|kind| (&kind.group, &kind.version) == (&object.group, &object.version))
            })
            .map(|kind| kind.kind.clone())
            .ok_or_else(|| {
                Failure::new(format!("the list's definition is missing or has no kind: {schema}"))
            })
    }
}

fn set_kind(target: &mut Option<String>, kind: String) -> Result<()> {
    match target {
        Some(other) if *other != kind => {
            Err(Failure::new(format!("two kinds are served under one plural: {other} and {kind}")))
        }
        _ => {
            *target = Some(kind);
            Ok(())
        }
    }
}

fn location(path: &str) -> Option<Location<'_>> {
    let mut segments = path.split('/').skip(1);
    let group = match segments.next()? {
        "api" => "",
        "apis" => segments.next()?,
        _ => return None,
    };
    let version = segments.next()?;
    let mut rest: Vec<_> = segments.collect();
    let watch = rest.first() == Some(&"watch");
    if watch {
        rest.remove(0);
    }
    let scope = if rest.len() > 2 && rest[..2] == ["namespaces", "{namespace}"] {
        rest.drain(..2);
        Scope::Namespaced
    } else {
        Scope::Cluster
    };
    let (plural, subresource) = match rest[..] {
        [plural] | [plural, "{name}"] => (plural, None),
        [plural, "{name}", subresource] | [plural, "{name}", subresource, "{path}"] => {
            (plural, Some(subresource))
        }
        _ => return None,
    };
    Some(Location { group, version, watch, scope, plural, subresource })
}

fn sorted_lists(mut resource: Resource) -> Resource {
    for verbs in
        resource.subresources.values_mut().map(|s| &mut s.verbs).chain([&mut resource.verbs])
    {
        verbs.sort();
        verbs.dedup();
    }
    resource.watch.sort();
    resource
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_parsed_as_resource_and_as_scope() {
        let location = |path| {
            let p = super::location(path).unwrap();
            (p.group, p.plural, p.scope, p.watch, p.subresource)
        };
        assert_eq!(location("/api/v1/namespaces"), ("", "namespaces", Scope::Cluster, false, None));
        assert_eq!(
            location("/api/v1/namespaces/{name}/finalize"),
            ("", "namespaces", Scope::Cluster, false, Some("finalize"))
        );
        assert_eq!(
            location("/apis/apps/v1/watch/namespaces/{namespace}/deployments/{name}"),
            ("apps", "deployments", Scope::Namespaced, true, None)
        );
        assert_eq!(
            location("/api/v1/nodes/{name}/proxy/{path}"),
            ("", "nodes", Scope::Cluster, false, Some("proxy"))
        );
        assert!(super::location("/logs/{logpath}").is_none());
    }
}
