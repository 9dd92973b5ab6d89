//! Matches each type with the API resource that serves it.

use std::collections::BTreeMap;

use super::Type;
use crate::error::{Failure, Result};
use crate::facts::{GroupVersionKind, Resource, Scope};

/// By the definition of the object.
pub(crate) type Wirings = BTreeMap<String, Wiring>;

/// How the API server serves a type.
#[derive(Debug)]
pub(crate) struct Wiring {
    pub(crate) resource: Resource,
    pub(crate) kind: String,
    /// The definition of its list.
    pub(crate) list: Option<String>,
}

impl Wiring {
    pub(crate) fn is_watchable(&self) -> bool {
        !self.resource.watch.is_empty()
    }
}

/// Joins each resource with the type of its kind.
pub(super) fn wire(resources: &[Resource], types: &BTreeMap<String, Type>) -> Result<Wirings> {
    let mut kinds: BTreeMap<&GroupVersionKind, &str> = BTreeMap::new();
    for (definition, type_) in types {
        for kind in &type_.kinds {
            if let Some(other) = kinds.insert(kind, definition) {
                return Err(Failure::new(format!("{other} and {definition} are both {kind:?}")));
            }
        }
    }
    let mut wirings = Wirings::new();
    for resource in resources {
        let Some(kind) = &resource.kind else { continue };
        let wiring = wiring(resource, kind, &kinds, types).map_err(|f| {
            f.within(format!(
                "resource {}/{} {}",
                resource.group, resource.version, resource.plural
            ))
        })?;
        let object = definition_of(&kinds, resource, kind)?;
        if let Some(other) = wirings.insert(object.to_owned(), wiring) {
            let plurals = (&other.resource.plural, &resource.plural);
            return Err(Failure::new(format!("{object} is served under two plurals: {plurals:?}")));
        }
    }
    Ok(wirings)
}

fn wiring(
    resource: &Resource,
    kind: &str,
    kinds: &BTreeMap<&GroupVersionKind, &str>,
    types: &BTreeMap<String, Type>,
) -> Result<Wiring> {
    let object = definition_of(kinds, resource, kind)?;
    for wire in ["apiVersion", "kind", "metadata"] {
        if !types[object].fields().iter().any(|field| field.wire == wire) {
            return Err(Failure::new(format!("its kind {kind} has no property {wire}")));
        }
    }
    let list = match &resource.list {
        Some(list) => Some(definition_of(kinds, resource, list)?.to_owned()),
        None => None,
    };
    let expected: &[Scope] = match resource.scope {
        Scope::Cluster => &[Scope::Cluster],
        Scope::Namespaced => &[Scope::Cluster, Scope::Namespaced],
    };
    if !resource.watch.is_empty() && (resource.watch != expected || list.is_none()) {
        return Err(Failure::new(format!(
            "it is {:?} with list {:?}, but its watch scopes are {:?}",
            resource.scope, resource.list, resource.watch
        ))
        .hint("the traits in watchable-core do not support this: extend them first"));
    }
    Ok(Wiring { resource: resource.clone(), kind: kind.to_owned(), list })
}

fn definition_of<'a>(
    kinds: &BTreeMap<&GroupVersionKind, &'a str>,
    resource: &Resource,
    kind: &str,
) -> Result<&'a str> {
    let kind = GroupVersionKind {
        group: resource.group.clone(),
        version: resource.version.clone(),
        kind: kind.to_owned(),
    };
    kinds.get(&kind).copied().ok_or_else(|| Failure::new(format!("no definition is {kind:?}")))
}
