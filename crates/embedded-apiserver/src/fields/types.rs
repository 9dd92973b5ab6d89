//! List and map types: how the parts of an object merge.
//!
//! For built-in kinds the field name determines the type. Custom resources have atomic lists and granular
//! maps, the defaults of a schema without markers. Metadata is the same for all kinds.

use serde_json::{Map, Value};

use super::path::{Step, key_value};
use crate::registry::Served;
use crate::support::merge_keys::merge_key;

/// Maps with `x-kubernetes-map-type: atomic`.
const ATOMIC_MAPS: &[&str] = &[
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

/// The facts about a kind that determine the types of its fields.
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

    /// Returns whether a map is granular: its members merge and are owned individually.
    pub(super) fn is_granular(self, path: &[Step]) -> bool {
        self.is_custom
            || !matches!(path.last(), Some(Step::Field(name)) if ATOMIC_MAPS.contains(&name.as_str()))
    }

    /// Returns the steps that select the items of a list, or `None` if the list is atomic.
    pub(super) fn items(self, path: &[Step], items: &[Value]) -> Option<Vec<Step>> {
        let Some(Step::Field(name)) = path.last() else { return None };
        let in_metadata = path.len() == 2 && path[0] == Step::field("metadata");
        if !in_metadata && self.is_custom {
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
        // Other lists of the same name lack these keys and are atomic.
        items.iter().map(|item| key_step(item, keys)).collect()
    }
}

fn key_step(item: &Value, keys: &[&str]) -> Option<Step> {
    let pair = |name: &&str| Some(((*name).to_owned(), key_value(item, name)?));
    let key: Map<_, _> = keys.iter().map(pair).collect::<Option<_>>()?;
    Some(Step::Key(Value::Object(key).to_string()))
}
