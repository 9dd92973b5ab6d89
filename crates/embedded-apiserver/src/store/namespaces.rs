//! What is special about namespaces: they must be there, some stay, and what is in them goes along.

use serde_json::json;

use super::handle::Store;
use super::part::Part;
use crate::error::ApiError;
use crate::registry::{Registry, Served};
use crate::storage::{Key, Object, State};
use crate::support::time::now;

/// The namespaces that are there from the start.
const SYSTEM_NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];
/// Those of them that cannot be deleted.
const LASTING_NAMESPACES: [&str; 3] = ["default", "kube-public", "kube-system"];

impl Store {
    pub(super) fn create_system_namespaces(&self) {
        if let Some(served) = self.registry().namespaces() {
            for name in SYSTEM_NAMESPACES {
                let namespace = json!({"metadata": {"name": name}});
                // Into an empty store, with a good name: it cannot be refused.
                let _ = self.create_in(served, None, Part::Main, namespace, false);
            }
        }
    }

    pub(super) fn is_namespaces(&self, served: &Served) -> bool {
        self.registry().namespaces().is_some_and(|n| n.collection == served.collection)
    }
}

pub(super) fn check_is_there(
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

/// Does what the namespace controller does: tells that the namespace ends, then deletes what is in it.
pub(super) fn empty(
    state: &mut State,
    namespaces: &Served,
    object: &Object,
) -> Result<(), ApiError> {
    let key = object.key();
    if LASTING_NAMESPACES.contains(&key.name.as_str()) {
        return Err(ApiError::forbidden(
            namespaces.resource(),
            &key.name,
            "this namespace may not be deleted",
        ));
    }
    let mut ending = object.decode();
    ending["metadata"]["deletionTimestamp"] = now();
    ending["status"] = json!({"phase": "Terminating"});
    state.put(namespaces.collection, key.clone(), ending);
    for collection in 0..state.collections.len() {
        for inside in state.keys_in(collection, &key.name) {
            state.take(collection, &inside);
        }
    }
    Ok(())
}
