//! The rules of namespaces: they must exist, and some are permanent.

use serde_json::json;

use super::handle::Store;
use super::part::Part;
use super::terminating::is_terminating;
use crate::error::ApiError;
use crate::registry::{Registry, Served};
use crate::storage::{Key, State};

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
        Some(found) if is_terminating(&found) => {
            Err(ApiError::namespace_terminating(served.resource(), &key.name, namespace))
        }
        Some(_) => Ok(()),
        None => Err(ApiError::not_found(namespaces.resource(), namespace)),
    }
}

/// Checks that a namespace may be deleted.
pub(super) fn check_deletion(namespaces: &Served, name: &str) -> Result<(), ApiError> {
    if PERMANENT_NAMESPACES.contains(&name) {
        let why = "this namespace may not be deleted";
        return Err(ApiError::forbidden(namespaces.resource(), name, why));
    }
    Ok(())
}
