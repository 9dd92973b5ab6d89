//! What of an object KWOK does not keep.

use serde_json::Value;

/// Members of `metadata` that a server sets anew when an object is created there.
const SET_BY_SERVERS: [&str; 3] = ["resourceVersion", "selfLink", "managedFields"];

/// Removes what a recording of KWOK does not have.
pub(super) fn clean(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for name in SET_BY_SERVERS {
            metadata.remove(name);
        }
    }
}
