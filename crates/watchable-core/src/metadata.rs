//! Objects of which only the metadata is watched.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::lenient::null_is_default;
use crate::{
    DynamicObject, DynamicTarget, FieldsV1, Listed, NamespacedWatch, Resource, ResourceInfo, Time,
    WatchItem, WatchTarget,
};

/// An object of kind `T`, of which the server sends no more than the metadata: much cheaper for both
/// sides where that is all that is wanted.
///
/// `Watcher::<Meta<Pod>>` asks for `PartialObjectMetadata` (Kubernetes API concepts, "Alternate
/// representations of resources"). A server that cannot do it sends whole objects, whose rest is
/// skipped. `T` is whatever can be watched: an object or a list type, one of your own, and
/// [`DynamicObject`] for kinds chosen while the program runs.
///
/// `api_version` and `kind` are those of the object itself, not of the representation.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound = "")]
pub struct Meta<T> {
    /// The object's schema version, such as `apps/v1`.
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

/// The metadata of an object of any kind, release by release the same; times and managed fields as they
/// came. A field that is absent is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ObjectMeta {
    /// The name, unique in its namespace at any time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The prefix from which the server made the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate_name: Option<String>,
    /// The namespace; `None` for cluster-scoped kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The identity that no other object ever has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The object's version, opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// Counts the changes of what is desired of the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<Time>,
    /// When it is to be gone, once it is being deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<Time>,
    /// How many seconds it was given to end gracefully.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_grace_period_seconds: Option<i64>,
    /// What selectors look at.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What tools note down.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The objects that it depends on: with the last of them it is deleted.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub owner_references: Vec<OwnerReference>,
    /// Who has yet to do something before it is deleted.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub finalizers: Vec<String>,
    /// Who manages which fields.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub managed_fields: Vec<ManagedFields>,
}

/// An object that another one depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct OwnerReference {
    /// The owner's schema version.
    pub api_version: String,
    /// The owner's kind.
    pub kind: String,
    /// The owner's name.
    pub name: String,
    /// The owner's uid.
    pub uid: String,
    /// Whether the owner manages the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<bool>,
    /// Whether the owner's deletion waits for the object's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_owner_deletion: Option<bool>,
}

/// The fields that one manager owns.
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
    /// The schema version that the fields are of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// When the set last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
    /// The set's format, `FieldsV1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields_type: Option<String>,
    /// The set.
    #[serde(rename = "fieldsV1", skip_serializing_if = "Option::is_none")]
    pub fields_v1: Option<FieldsV1>,
    /// The subresource by which they were set.
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

    /// What came says `PartialObjectMetadata`, or of a list's items nothing.
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

/// What can be watched, and where, can be watched by its metadata.
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
    fn all_of_the_metadata_is_read_and_written() {
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
    fn what_is_null_or_absent_is_empty() {
        for text in [
            "{}",
            r#"{"metadata":null}"#,
            r#"{"metadata":{"creationTimestamp":null,"labels":null,"finalizers":null,"ownerReferences":null}}"#,
        ] {
            assert_eq!(meta(text).metadata, ObjectMeta::default(), "{text}");
        }
    }
}
