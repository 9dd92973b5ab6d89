//! Objects whose metadata alone is watched.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::lenient::null_is_default;
use crate::{
    DynamicObject, DynamicTarget, FieldsV1, Listed, NamespacedWatch, Resource, ResourceInfo, Time,
    WatchItem, WatchTarget,
};

/// The metadata of an object of type `T`. If the metadata is all you need, this is much cheaper for client and
/// server than whole objects.
///
/// `Watcher::<Meta<Pod>>` requests `PartialObjectMetadata` (Kubernetes API concepts, "Alternate
/// representations of resources"). If the server does not support it, it sends whole objects, and everything
/// but the metadata is skipped. `T` is any watchable type: an object or list type, a custom resource, or
/// [`DynamicObject`] for a kind chosen at run time.
///
/// `api_version` and `kind` are those of the object itself, not of the representation.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound = "")]
pub struct Meta<T> {
    /// The object's `apiVersion`, such as `apps/v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// The object's kind, such as `Deployment`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The object's metadata.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: ObjectMeta,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

/// The metadata of an object, the same type for every kind and release. Absent fields are `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ObjectMeta {
    /// The name, unique within the namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The prefix of a name that the server generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate_name: Option<String>,
    /// The namespace; `None` for cluster-scoped kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The identifier, unique across time: a recreated object has another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The resource version, an opaque string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// A counter of changes to the desired state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// The time of creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<Time>,
    /// The time after which the object is deleted; absent unless a deletion was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<Time>,
    /// The seconds allowed for graceful termination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_grace_period_seconds: Option<i64>,
    /// The labels, which selectors match.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The annotations, which tools store.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The owners. The object is garbage collected once all of them are deleted.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub owner_references: Vec<OwnerReference>,
    /// The finalizers, which must be removed before the object is deleted.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub finalizers: Vec<String>,
    /// The fields that each manager owns.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub managed_fields: Vec<ManagedFields>,
}

/// A reference to the owner of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct OwnerReference {
    /// The owner's `apiVersion`.
    pub api_version: String,
    /// The owner's kind.
    pub kind: String,
    /// The owner's name.
    pub name: String,
    /// The owner's uid.
    pub uid: String,
    /// Whether the owner is the managing controller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<bool>,
    /// Whether a foreground deletion of the owner waits until the object is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_owner_deletion: Option<bool>,
}

/// The fields that a manager owns (`ManagedFieldsEntry`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ManagedFields {
    /// The manager's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// `Apply` or `Update`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The `apiVersion` that the fields belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// The time of the set's last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
    /// The set's format, `FieldsV1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields_type: Option<String>,
    /// The set of fields.
    #[serde(rename = "fieldsV1", skip_serializing_if = "Option::is_none")]
    pub fields_v1: Option<FieldsV1>,
    /// The subresource through which the fields were set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subresource: Option<String>,
}

impl<T: WatchTarget> WatchTarget for Meta<T> {
    type Item = Meta<T::Item>;
}

impl<T: WatchItem> WatchItem for Meta<T> {
    fn metadata_only() -> bool {
        true
    }

    /// Replaces `PartialObjectMetadata`, or nothing in the items of a list, by the object's own type.
    fn fill_type_meta(&mut self, resource: &ResourceInfo) {
        resource.kind().clone_into(self.kind.get_or_insert_default());
        match &mut self.api_version {
            Some(text) if *text == resource.api_version() => {}
            text => *text = Some(resource.api_version().into_owned()),
        }
    }
}

impl<T: Resource> Resource for Meta<T> {
    const RESOURCE: ResourceInfo = T::RESOURCE;
}

/// The metadata of a type is watchable exactly if the type is.
impl<T: Listed> Listed for Meta<T> {
    type Kind = T::Kind;
}

impl<T: NamespacedWatch> NamespacedWatch for Meta<T> {}

impl DynamicTarget for Meta<DynamicObject> {}

impl<T> Clone for Meta<T> {
    fn clone(&self) -> Self {
        Self {
            api_version: self.api_version.clone(),
            kind: self.kind.clone(),
            metadata: self.metadata.clone(),
            of: PhantomData,
        }
    }
}

impl<T> Default for Meta<T> {
    fn default() -> Self {
        let metadata = ObjectMeta::default();
        Self { api_version: None, kind: None, metadata, of: PhantomData }
    }
}

impl<T> PartialEq for Meta<T> {
    fn eq(&self, other: &Self) -> bool {
        (&self.api_version, &self.kind, &self.metadata)
            == (&other.api_version, &other.kind, &other.metadata)
    }
}

impl<T> fmt::Debug for Meta<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("api_version", &self.api_version)
            .field("kind", &self.kind)
            .field("metadata", &self.metadata)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    const DEPLOYMENT: ResourceInfo =
        ResourceInfo::new("apps", "v1", "Deployment", "deployments", Scope::Namespaced);

    fn meta(text: &str) -> Meta<DynamicObject> {
        let mut meta: Meta<DynamicObject> = crate::json::from_str(text).unwrap();
        meta.fill_type_meta(&DEPLOYMENT);
        meta
    }

    #[test]
    fn all_metadata_round_trips() {
        let metadata = r#"{"name":"web","generateName":"we","namespace":"shop","uid":"u","resourceVersion":"7","generation":2,"creationTimestamp":"2024-05-01T10:00:00Z","deletionTimestamp":"2024-05-01T11:00:00Z","deletionGracePeriodSeconds":30,"labels":{"app":"web"},"annotations":{"a":"b"},"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"v","controller":true,"blockOwnerDeletion":false}],"finalizers":["f"],"managedFields":[{"manager":"m","operation":"Apply","apiVersion":"v1","time":"2024-05-01T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{}},"subresource":"status"}]}"#;
        let partial = format!(
            r#"{{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{metadata}}}"#
        );
        let whole = format!(r#"{{"metadata":{metadata},"spec":{{"replicas":1}},"status":null}}"#);
        for text in [partial, whole] {
            let written = serde_json::to_string(&meta(&text)).unwrap();
            assert_eq!(
                written,
                format!(r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{metadata}}}"#)
            );
        }
    }

    #[test]
    fn null_or_absent_metadata_is_empty() {
        for text in [
            "{}",
            r#"{"metadata":null}"#,
            r#"{"metadata":{"creationTimestamp":null,"labels":null,"finalizers":null,"ownerReferences":null}}"#,
        ] {
            assert_eq!(meta(text).metadata, ObjectMeta::default(), "{text}");
        }
    }
}
