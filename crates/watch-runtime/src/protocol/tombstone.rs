//! What is told of an object that was deleted while nobody watched: who it was.

use bytes::Bytes;
use serde_json::json;
use watchable_core::{ResourceInfo, Scope, WatchItem, json};

use crate::protocol::identity::Identity;

/// Whether a type decodes from an object's identity alone. Where it does not, because it has fields that
/// are required, objects are kept as they were delivered.
pub(crate) fn decodes<T: WatchItem>(resource: &ResourceInfo) -> bool {
    let namespace = match resource.scope() {
        Scope::Namespaced => "default",
        Scope::Cluster => "",
    };
    let identity = Identity {
        name: "name".to_owned(),
        namespace: namespace.to_owned(),
        uid: "00000000-0000-4000-8000-000000000000".into(),
        version: Some("1".to_owned()),
    };
    json::from_slice::<T>(&build(resource, &identity)).is_ok()
}

/// What is known of an object that is gone.
pub(crate) fn build(resource: &ResourceInfo, identity: &Identity) -> Bytes {
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
    object.to_string().into()
}
