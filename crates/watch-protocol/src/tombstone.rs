//! Tombstones: what is delivered for an object whose deletion the watcher did not see.

use serde_json::json;
use watchable_core::{ResourceInfo, Scope, WatchItem};

use crate::envelope::table;
use crate::identity::Identity;
use crate::raw_object::RawObject;

/// Whether the type decodes from a tombstone. If it does not, because of required fields, objects
/// are stored as delivered.
pub fn decodes<T: WatchItem>(resource: &ResourceInfo) -> bool {
    let namespace = match resource.scope() {
        Scope::Namespaced => "default",
        Scope::Cluster => "",
    };
    let identity = Identity {
        name: "name".to_owned(),
        namespace: namespace.to_owned(),
        uid: "00000000-0000-4000-8000-000000000000".into(),
        version: Some("1".to_owned()),
        content: 0,
    };
    T::from_json(&build(resource, &identity, T::as_table()).bytes, false).is_ok()
}

/// Builds a tombstone from what the index has of the object, as a row if rows are delivered.
pub(crate) fn build(resource: &ResourceInfo, identity: &Identity, is_table: bool) -> RawObject {
    let mut metadata = json!({"name": identity.name});
    for (key, value) in [
        ("namespace", Some(identity.namespace.clone())),
        ("uid", Some(identity.uid.text())),
        ("resourceVersion", identity.version.clone()),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            metadata[key] = value.into();
        }
    }
    let object = json!({
        "apiVersion": resource.api_version(),
        "kind": resource.kind(),
        "metadata": metadata,
    });
    let object = RawObject::json(object.to_string().into());
    if is_table { table::wrap(&object) } else { object }
}
