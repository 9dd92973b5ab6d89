//! How the parts of an object are merged: as wholes, by members, or by items.
//!
//! Of Kubernetes' own kinds the names of fields tell it. Custom ones have whole lists and maps of
//! members, as by a schema that says nothing else; metadata is the same for all.

use serde_json::{Map, Value};

use super::path::{Step, key_value};
use crate::registry::Served;
use crate::support::merge_keys::merge_key;

/// Maps that have one owner as a whole: `x-kubernetes-map-type: atomic`.
const WHOLE_MAPS: &[&str] = &[
    "claimRef",
    "configMapKeyRef",
    "fieldRef",
    "labelSelector",
    "namespaceSelector",
    "nodeSelector",
    "objectSelector",
    "podSelector",
    "resourceFieldRef",
    "secretKeyRef",
    "selector",
];

/// What of the types of a kind's fields matters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Types {
    is_custom: bool,
    is_service: bool,
}

impl Types {
    pub(crate) fn of(served: &Served) -> Self {
        let resource = served.resource();
        Self {
            is_custom: served.is_custom(),
            is_service: resource.group().is_empty() && resource.kind() == "Service",
        }
    }

    /// Whether the members of a map have owners each.
    pub(super) fn has_members(self, place: &[Step]) -> bool {
        self.is_custom
            || !matches!(place.last(), Some(Step::Field(name)) if WHOLE_MAPS.contains(&name.as_str()))
    }

    /// The items of a list by the steps that name them; nothing where the list is a whole.
    pub(super) fn items(self, place: &[Step], items: &[Value]) -> Option<Vec<Step>> {
        let Some(Step::Field(name)) = place.last() else { return None };
        let of_metadata = place.len() == 2 && place[0] == Step::field("metadata");
        if !of_metadata && self.is_custom {
            return None;
        }
        if matches!(name.as_str(), "finalizers" | "podCIDRs") {
            return Some(items.iter().map(|item| Step::Value(item.to_string())).collect());
        }
        let key = merge_key(name, self.is_service)?;
        let keys: &[&str] = match name.as_str() {
            "ports" => &[key, "protocol"],
            "topologySpreadConstraints" => &[key, "whenUnsatisfiable"],
            _ => &[key],
        };
        // Others of the same name have other keys, or none, and are wholes.
        items.iter().map(|item| key_step(item, keys)).collect()
    }
}

fn key_step(item: &Value, keys: &[&str]) -> Option<Step> {
    let pair = |name: &&str| Some(((*name).to_owned(), key_value(item, name)?));
    let key: Map<_, _> = keys.iter().map(pair).collect::<Option<_>>()?;
    Some(Step::Key(Value::Object(key).to_string()))
}
