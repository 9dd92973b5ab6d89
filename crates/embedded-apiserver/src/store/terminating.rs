//! Objects whose deletion has been requested, and their changes until it is done.

use std::sync::Arc;

use serde_json::Value;

use crate::registry::Served;
use crate::storage::{Object, State};

/// Returns whether the deletion of an object has been requested.
pub(super) fn is_terminating(object: &Object) -> bool {
    !object.decode()["metadata"]["deletionTimestamp"].is_null()
}

/// Stores another state of an object, and returns it. Nothing is stored if it is the same.
pub(super) fn put_if_changed(
    state: &mut State,
    served: &Served,
    object: &Arc<Object>,
    value: &Value,
) -> Arc<Object> {
    let same = Object::new(object.key().clone(), value.clone(), object.revision());
    if same.item() == object.item() {
        return Arc::clone(object);
    }
    state.put(served.collection, object.key().clone(), value.clone())
}
