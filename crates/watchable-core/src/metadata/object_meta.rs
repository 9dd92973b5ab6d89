//! The metadata of objects, as `Meta` has it.

use crate::{FieldsV1, Map, Text, Time, model};

/// The metadata of an object, the same type for every kind and release. Absent fields are `None` or empty.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ObjectMeta {
    /// The name, unique within the namespace.
    pub name: Option<Text>,
    /// The prefix of a name that the server generated.
    pub generate_name: Option<Text>,
    /// The namespace; `None` for cluster-scoped kinds.
    pub namespace: Option<Text>,
    /// The identifier, unique across time: a recreated object has another one.
    pub uid: Option<Text>,
    /// The resource version, an opaque string.
    pub resource_version: Option<Text>,
    /// A counter of changes to the desired state.
    pub generation: Option<i64>,
    /// The time of creation.
    pub creation_timestamp: Option<Time>,
    /// The time after which the object is deleted; absent unless a deletion was requested.
    pub deletion_timestamp: Option<Time>,
    /// The seconds allowed for graceful termination.
    pub deletion_grace_period_seconds: Option<i64>,
    /// The labels, which selectors match.
    pub labels: Map<Text>,
    /// The annotations, which tools store.
    pub annotations: Map<Text>,
    /// The owners. The object is garbage collected once all of them are deleted.
    pub owner_references: Vec<OwnerReference>,
    /// The finalizers, which must be removed before the object is deleted.
    pub finalizers: Vec<Text>,
    /// The fields that each manager owns.
    pub managed_fields: Vec<ManagedFields>,
}

/// A reference to the owner of an object.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnerReference {
    /// The owner's `apiVersion`.
    pub api_version: Text,
    /// The owner's kind.
    pub kind: Text,
    /// The owner's name.
    pub name: Text,
    /// The owner's uid.
    pub uid: Text,
    /// Whether the owner is the managing controller.
    pub controller: Option<bool>,
    /// Whether a foreground deletion of the owner waits until the object is deleted.
    pub block_owner_deletion: Option<bool>,
}

/// The fields that a manager owns (`ManagedFieldsEntry`).
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ManagedFields {
    /// The manager's name.
    pub manager: Option<Text>,
    /// `Apply` or `Update`.
    pub operation: Option<Text>,
    /// The `apiVersion` that the fields belong to.
    pub api_version: Option<Text>,
    /// The time of the set's last change.
    pub time: Option<Time>,
    /// The set's format, `FieldsV1`.
    pub fields_type: Option<Text>,
    /// The set of fields.
    pub fields_v1: Option<FieldsV1>,
    /// The subresource through which the fields were set.
    pub subresource: Option<Text>,
}

model!(ObjectMeta {
    0 name: "name" = [1],
    1 generate_name: "generateName" = [2],
    2 namespace: "namespace" = [3],
    3 uid: "uid" = [5],
    4 resource_version: "resourceVersion" = [6],
    5 generation: "generation" = [7],
    6 creation_timestamp: "creationTimestamp" = [8],
    7 deletion_timestamp: "deletionTimestamp" = [9],
    8 deletion_grace_period_seconds: "deletionGracePeriodSeconds" = pointer [10],
    9 labels: "labels" = [11],
    10 annotations: "annotations" = [12],
    11 owner_references: "ownerReferences" = [13],
    12 finalizers: "finalizers" = [14],
    13 managed_fields: "managedFields" = [17],
});

model!(OwnerReference {
    0 api_version: "apiVersion" = [5],
    1 kind: "kind" = [1],
    2 name: "name" = [3],
    3 uid: "uid" = [4],
    4 controller: "controller" = pointer [6],
    5 block_owner_deletion: "blockOwnerDeletion" = pointer [7],
});

model!(ManagedFields {
    0 manager: "manager" = [1],
    1 operation: "operation" = [2],
    2 api_version: "apiVersion" = [3],
    3 time: "time" = [4],
    4 fields_type: "fieldsType" = [6],
    5 fields_v1: "fieldsV1" = [7],
    6 subresource: "subresource" = [8],
});
