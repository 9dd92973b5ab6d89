//! What a spec's paths say: which resources are served, with which verbs and watches.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{GroupVersionKind, Resource, Schema, Scope, Subresource};
use crate::error::{Failure, Result};

type Definitions = BTreeMap<String, Schema>;

/// The resources, sorted by group, version and plural.
pub(super) fn from_paths(
    paths: &Map<String, Value>,
    definitions: &Definitions,
) -> Result<Vec<Resource>> {
    let mut resources = BTreeMap::new();
    // By name, so that the outcome does not hang on how the spec orders them.
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

/// What a path's segments say.
struct Place<'a> {
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
        let place = place(self.path).ok_or_else(|| {
            Failure::new("this operation has an action, but its path is none of a resource")
        })?;
        let kind: GroupVersionKind = serde_json::from_value(
            self.value["x-kubernetes-group-version-kind"].clone(),
        )
        .map_err(|error| Failure::new(format!("x-kubernetes-group-version-kind: {error}")))?;
        let key = (place.group.to_owned(), place.version.to_owned(), place.plural.to_owned());
        let resource = resources.entry(key).or_insert_with(|| Resource {
            group: place.group.to_owned(),
            version: place.version.to_owned(),
            plural: place.plural.to_owned(),
            kind: None,
            scope: place.scope,
            verbs: Vec::new(),
            watch: Vec::new(),
            list: None,
            subresources: BTreeMap::new(),
        });
        // Namespaced resources have cluster-wide lists and watches too.
        resource.scope = resource.scope.max(place.scope);
        if let Some(name) = place.subresource {
            return self.add_subresource(resource, name, &kind);
        }
        if (kind.group.as_str(), kind.version.as_str()) != (place.group, place.version) {
            return Err(Failure::new(format!("the path and the kind {kind:?} do not agree")));
        }
        agree(&mut resource.kind, kind.kind.clone())?;
        match (self.action, place.watch) {
            ("watchlist", true) => {
                resource.watch.push(place.scope);
                resource.verbs.push("watch".to_owned());
            }
            // One object's watch, which a field selector on a watchlist has replaced.
            ("watch", true) => {}
            ("list", false) => {
                agree(&mut resource.list, self.list_kind(&kind, definitions)?)?;
                resource.verbs.push("list".to_owned());
            }
            (_, false) => resource.verbs.extend(self.verb()?.map(str::to_owned)),
            (_, true) => return Err(self.unknown()),
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
        let Subresource { group, version, kind: known, .. } = &subresource;
        if (group, version, known) != (&kind.group, &kind.version, &kind.kind) {
            return Err(Failure::new(format!("{name} has two kinds: {known} and {}", kind.kind)));
        }
        subresource.verbs.extend(self.verb()?.map(str::to_owned));
        Ok(())
    }

    /// The word that discovery has for it; none for HEAD and OPTIONS.
    fn verb(&self) -> Result<Option<&'static str>> {
        Ok(match (self.action, self.method) {
            ("get", _) | ("connect", "get") => Some("get"),
            ("post", _) | ("connect", "post") => Some("create"),
            ("put", _) | ("connect", "put") => Some("update"),
            ("patch", _) | ("connect", "patch") => Some("patch"),
            ("delete", _) | ("connect", "delete") => Some("delete"),
            ("deletecollection", _) => Some("deletecollection"),
            ("connect", "head" | "options") => None,
            _ => return Err(self.unknown()),
        })
    }

    fn unknown(&self) -> Failure {
        Failure::new(format!("unknown action `{}`", self.action))
            .mend("teach the generator what it means: crates/codegen/src/facts/resources.rs")
    }

    /// The kind that the response to a list is declared to have.
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
                Failure::new(format!("the list's definition is not there or has no kind: {schema}"))
            })
    }
}

fn agree(known: &mut Option<String>, kind: String) -> Result<()> {
    match known {
        Some(other) if *other != kind => {
            Err(Failure::new(format!("two kinds are served under one plural: {other} and {kind}")))
        }
        _ => {
            *known = Some(kind);
            Ok(())
        }
    }
}

fn place(path: &str) -> Option<Place<'_>> {
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
    Some(Place { group, version, watch, scope, plural, subresource })
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
    fn namespaces_are_a_resource_and_a_scope() {
        let place = |path| {
            let p = super::place(path).unwrap();
            (p.group, p.plural, p.scope, p.watch, p.subresource)
        };
        assert_eq!(place("/api/v1/namespaces"), ("", "namespaces", Scope::Cluster, false, None));
        assert_eq!(
            place("/api/v1/namespaces/{name}/finalize"),
            ("", "namespaces", Scope::Cluster, false, Some("finalize"))
        );
        assert_eq!(
            place("/apis/apps/v1/watch/namespaces/{namespace}/deployments/{name}"),
            ("apps", "deployments", Scope::Namespaced, true, None)
        );
        assert_eq!(
            place("/api/v1/nodes/{name}/proxy/{path}"),
            ("", "nodes", Scope::Cluster, false, Some("proxy"))
        );
        assert!(super::place("/logs/{logpath}").is_none());
    }
}
