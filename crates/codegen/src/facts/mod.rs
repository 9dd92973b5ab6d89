//! The facts of a release's spec, as stored in `spec/rel_*.json`: without descriptions, sorted.

mod keywords;
mod layout;
mod normalise;
mod resources;
mod wire;

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::{Failure, Result};
use crate::files;
use crate::release::Release;

pub(crate) use normalise::{Normalised, normalise};
pub(crate) use wire::{Scalar, Wire, WireType};

/// The content of a release's spec without descriptions, with the numbers of its `.proto` files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facts {
    pub(crate) release: Release,
    /// The number of paths in the spec.
    pub(crate) paths: usize,
    pub(crate) definitions: BTreeMap<String, Schema>,
    /// Sorted by group, version and plural.
    pub(crate) resources: Vec<Resource>,
}

/// The schema of a definition, a property, or its items. `keywords` says what becomes of any other keyword.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Schema {
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// Absent if there are properties: they imply `object`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) type_: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) items: Option<Box<Schema>>,
    #[serde(rename = "additionalProperties", skip_serializing_if = "Option::is_none")]
    pub(crate) additional_properties: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) properties: BTreeMap<String, Schema>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) required: Vec<String>,
    #[serde(rename = "x-kubernetes-group-version-kind", skip_serializing_if = "Vec::is_empty")]
    pub(crate) kinds: Vec<GroupVersionKind>,
    #[serde(rename = "x-kubernetes-list-type", skip_serializing_if = "Option::is_none")]
    pub(crate) list_type: Option<String>,
    #[serde(rename = "x-kubernetes-list-map-keys", skip_serializing_if = "Vec::is_empty")]
    pub(crate) list_map_keys: Vec<String>,
    #[serde(rename = "x-kubernetes-map-type", skip_serializing_if = "Option::is_none")]
    pub(crate) map_type: Option<String>,
    #[serde(rename = "x-kubernetes-patch-strategy", skip_serializing_if = "Option::is_none")]
    pub(crate) patch_strategy: Option<String>,
    #[serde(rename = "x-kubernetes-patch-merge-key", skip_serializing_if = "Option::is_none")]
    pub(crate) patch_merge_key: Option<String>,
    #[serde(rename = "x-kubernetes-unions", skip_serializing_if = "Option::is_none")]
    pub(crate) unions: Option<serde_json::Value>,
    #[serde(rename = "x-kubernetes-int-or-string", skip_serializing_if = "Option::is_none")]
    pub(crate) int_or_string: Option<bool>,
    #[serde(
        rename = "x-kubernetes-preserve-unknown-fields",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) preserve_unknown_fields: Option<bool>,
    #[serde(rename = "x-kubernetes-embedded-resource", skip_serializing_if = "Option::is_none")]
    pub(crate) embedded_resource: Option<bool>,
    /// How protobuf encodes a property, if its message has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) protobuf: Option<Wire>,
    /// The fields of a definition's message that no property stands for. Absent if there is no message, and if
    /// properties stand for all fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<BTreeMap<String, Wire>>,
}

/// A group, version and kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupVersionKind {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
}

/// A resource that the API server serves under one plural.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resource {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) plural: String,
    /// Absent if only subresources are served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    pub(crate) scope: Scope,
    /// As in discovery, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) verbs: Vec<String>,
    /// The scopes in which it can be watched, from the spec's `watchlist` operations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) watch: Vec<Scope>,
    /// The kind of its list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) list: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) subresources: BTreeMap<String, Subresource>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    Cluster,
    Namespaced,
}

/// A subresource of a resource's objects: `status`, `scale` …
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subresource {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    pub(crate) verbs: Vec<String>,
}

/// Reads only the definition names of a release, which is faster than reading all facts.
pub(crate) fn definition_names(root: &Path, release: Release) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Names {
        definitions: BTreeMap<String, Box<RawValue>>,
    }
    let names: Names = read(root, release)?;
    Ok(names.definitions.into_keys().collect())
}

/// Reads only the resources of a release.
pub(crate) fn resources(root: &Path, release: Release) -> Result<Vec<Resource>> {
    #[derive(Deserialize)]
    struct Resources {
        resources: Vec<Resource>,
    }
    let Resources { resources } = read(root, release)?;
    Ok(resources)
}

fn read<T: DeserializeOwned>(root: &Path, release: Release) -> Result<T> {
    let place = release.facts_path();
    let path = root.join(&place);
    let hint = format!("run `cargo xtask fetch {release}`");
    if !path.exists() {
        return Err(Failure::new(format!("there is no {place}")).hint(hint));
    }
    serde_json::from_str(&files::read(&path)?)
        .map_err(|error| Failure::new(format!("{place}: {error}")).hint(hint))
}

impl Facts {
    /// Reads `spec/rel_*.json`.
    pub(crate) fn read(root: &Path, release: Release) -> Result<Self> {
        let facts: Self = read(root, release)?;
        if facts.release != release {
            let (place, other) = (release.facts_path(), facts.release);
            return Err(Failure::new(format!("{place} contains the facts of {other}"))
                .hint(format!("run `cargo xtask fetch {release}`")));
        }
        Ok(facts)
    }

    /// Returns the content of the file.
    pub(crate) fn to_text(&self) -> Result<String> {
        let value = serde_json::to_value(self)
            .map_err(|error| Failure::new(format!("cannot encode the facts: {error}")))?;
        Ok(layout::text(&value))
    }

    /// Returns the number of kinds that can be watched cluster-wide.
    pub(crate) fn watch_cluster(&self) -> usize {
        self.watched(Scope::Cluster)
    }

    /// Returns the number of kinds that can be watched in one namespace.
    pub(crate) fn watch_namespaced(&self) -> usize {
        self.watched(Scope::Namespaced)
    }

    /// Returns the number of properties that have a field number.
    pub(crate) fn numbers(&self) -> usize {
        let properties = self.definitions.values().flat_map(|schema| schema.properties.values());
        properties.filter(|property| property.protobuf.is_some()).count()
    }

    /// Returns the facts of the spec alone.
    pub(crate) fn without_protobuf(mut self) -> Self {
        for schema in self.definitions.values_mut() {
            schema.message = None;
            schema.properties.values_mut().for_each(|property| property.protobuf = None);
        }
        self
    }

    fn watched(&self, scope: Scope) -> usize {
        self.resources.iter().filter(|resource| resource.watch.contains(&scope)).count()
    }
}
