//! The machine-readable form of a comparison, as `cargo xtask diff --json` prints it.

use serde::Serialize;
use serde_json::Value;

use crate::release::Release;

/// The JSON object that `cargo xtask diff --json` prints.
///
/// Every member is always present, including empty arrays. Arrays are sorted by the first members of
/// their items. Definitions and fields have their names in the spec. Future versions may add members
/// but do not change the meaning of existing ones.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// The older release, such as `1.35`.
    pub from: Release,
    /// The newer release.
    pub to: Release,
    /// Definitions that only `to` has, except renamed ones.
    pub types_added: Vec<String>,
    /// Definitions that only `from` has, except renamed ones.
    pub types_removed: Vec<String>,
    /// Definitions that only `from` has, each with its likely successor, which only `to` has.
    pub types_renamed: Vec<Renamed>,
    /// Definitions of both releases that changed other than in their fields.
    pub types_changed: Vec<ChangedType>,
    /// Fields that only `to` has, in definitions that both have.
    pub fields_added: Vec<Field>,
    /// Fields that only `from` has, in definitions that both have.
    pub fields_removed: Vec<Field>,
    /// Fields of both releases that changed, other than by a rename of their type.
    pub fields_changed: Vec<ChangedField>,
    /// Kinds that can be watched only in `to`, or in more scopes than in `from`.
    pub watchables_added: Vec<Watchable>,
    /// Kinds that can be watched only in `from`, or in more scopes than in `to`.
    pub watchables_removed: Vec<Watchable>,
}

/// A definition that was likely renamed: everything but its kinds is equal, no other definition
/// matches, and either its group or its name is unchanged.
#[derive(Debug, Serialize)]
pub struct Renamed {
    /// The name in the older release.
    pub from: String,
    /// The name in the newer release.
    pub to: String,
    /// The fields whose type changed with it, in definitions that both releases have.
    pub fields: Vec<FieldName>,
}

/// The name of a field.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FieldName {
    /// The definition that contains it.
    pub definition: String,
    /// Its JSON name.
    pub field: String,
}

/// A field that only one of the releases has.
#[derive(Debug, Serialize)]
pub struct Field {
    /// The definition that contains it.
    pub definition: String,
    /// Its JSON name.
    pub field: String,
    /// Readable type: `string`, `integer (int32)`, `array of map of io.k8s.api.core.v1.Pod`, `any`.
    #[serde(rename = "type")]
    pub type_: String,
    /// Whether the spec requires it.
    pub required: bool,
}

/// A definition that changed.
#[derive(Debug, Serialize)]
pub struct ChangedType {
    /// The name of the definition.
    pub definition: String,
    /// The changes.
    pub changes: Vec<Change>,
}

/// A field that changed.
#[derive(Debug, Serialize)]
pub struct ChangedField {
    /// The definition that contains it.
    pub definition: String,
    /// Its JSON name.
    pub field: String,
    /// The changes.
    pub changes: Vec<Change>,
}

/// A change of one property; `null` stands for an absent value.
#[derive(Debug, Serialize)]
pub struct Change {
    /// `type` (readable, as in [`Field`]), `required` (booleans), `kind` (a removed or added kind of a
    /// definition, such as `apps/v1 Deployment`), or a keyword of the spec, such as
    /// `x-kubernetes-list-map-keys`, prefixed with `items.` if it belongs to the items of a list.
    pub what: String,
    /// The value in the older release.
    pub from: Value,
    /// The value in the newer release.
    pub to: Value,
}

/// A kind that can be watched in one of the releases.
#[derive(Debug, Serialize)]
pub struct Watchable {
    /// The API group, empty for core.
    pub group: String,
    /// The version of the group.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// The plural in paths.
    pub plural: String,
    /// The scopes that the other release lacks: `cluster-wide`, `namespaced`.
    pub scopes: Vec<&'static str>,
    /// The definition.
    pub definition: Option<String>,
}
