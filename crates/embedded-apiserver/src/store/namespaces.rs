//! The rules of namespaces: they must exist, some are permanent, and deleting one deletes its objects.

use std::sync::Arc;

use serde_json::json;

use super::handle::Store;
use super::part::Part;
use crate::error::ApiError;
use crate::registry::{Registry, Served};
use crate::storage::{Key, Object, State};
use crate::support::time::now;

/// The namespaces that exist from the start.
const SYSTEM_NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];
/// The namespaces that cannot be deleted.
const PERMANENT_NAMESPACES: [&str; 3] = ["default", "kube-public", "kube-system"];

impl Store {
    pub(super) fn create_system_namespaces(&self) {
        if let Some(served) = self.registry().namespaces() {
            for name in SYSTEM_NAMESPACES {
                let namespace = json!({"metadata": {"name": name}});
                // Cannot fail: the store is empty and the name is valid.
                let _ = self.create_in(served, None, Part::Main, namespace, false);
            }
        }
    }

    pub(super) fn is_namespaces(&self, served: &Served) -> bool {
        self.registry().namespaces().is_some_and(|n| n.collection == served.collection)
    }
}

/// Checks that the namespace of a new object exists and is not terminating.
pub(super) fn check_exists(
    state: &State,
    registry: &Registry,
    served: &Served,
    key: &Key,
) -> Result<(), ApiError> {
    let Some(namespaces) = registry.namespaces() else { return Ok(()) };
    let namespace = key.namespace.as_str();
    match state.object(namespaces.collection, &Key::new(None, namespace)) {
        Some(found) if found.decode()["metadata"]["deletionTimestamp"].is_null() => Ok(()),
        Some(_) => {
            let why = format!(
                "unable to create new content in namespace {namespace} because it is being terminated"
            );
            Err(ApiError::forbidden(served.resource(), &key.name, &why))
        }
        None => Err(ApiError::not_found(namespaces.resource(), namespace)),
    }
}

/// Does the work of the namespace controller: marks the namespace as terminating, which it returns,
/// and deletes its objects.
pub(super) fn terminate(
    state: &mut State,
    namespaces: &Served,
    object: &Object,
) -> Result<Arc<Object>, ApiError> {
    let key = object.key();
    if PERMANENT_NAMESPACES.contains(&key.name.as_str()) {
        return Err(ApiError::forbidden(
            namespaces.resource(),
            &key.name,
            "this namespace may not be deleted",
        ));
    }
    let mut terminating = object.decode();
    terminating["metadata"]["deletionTimestamp"] = now();
    terminating["status"] = json!({"phase": "Terminating"});
    let terminating = state.put(namespaces.collection, key.clone(), terminating);
    for collection in 0..state.collections.len() {
        for key in state.keys_in(collection, &key.name) {
            state.remove(collection, &key);
        }
    }
    Ok(terminating)
}
