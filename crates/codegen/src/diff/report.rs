//! The machine-readable form of a comparison, as `cargo xtask diff --json` prints it.

use serde::Serialize;
use serde_json::Value;

use crate::release::Release;

/// What `cargo xtask diff --json` prints: one object, whose members are these fields.
///
/// Every member is there, an array also where it is empty; arrays are sorted by their items'
/// first members. Definitions and fields have the names that the spec has for them. Members may be
/// added in times to come; those that are here keep their meaning.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// The release that is compared from, as in `1.35`.
    pub from: Release,
    /// The release that is compared to.
    pub to: Release,
    /// Definitions that only `to` has, save those that are told as renamed.
    pub types_added: Vec<String>,
    /// Definitions that only `from` has, save those that are told as renamed.
    pub types_removed: Vec<String>,
    /// Definitions that `from` alone has, each with its likely successor, which `to` alone has.
    pub types_renamed: Vec<Renamed>,
    /// Definitions of both releases that changed other than by their fields.
    pub types_changed: Vec<ChangedType>,
    /// Fields that only `to` has, of definitions that both have.
    pub fields_added: Vec<Field>,
    /// Fields that only `from` has, of definitions that both have.
    pub fields_removed: Vec<Field>,
    /// Fields of both releases that changed, other than by a rename of their type.
    pub fields_changed: Vec<ChangedField>,
    /// Kinds that `to` alone lets one watch, or in more scopes than `from`.
    pub watchables_added: Vec<Watchable>,
    /// Kinds that `from` alone lets one watch, or in more scopes than `to`.
    pub watchables_removed: Vec<Watchable>,
}

/// A definition that likely goes on under another name: all but its kinds is the same, no other
/// definition comes into question, and group or name is kept.
#[derive(Debug, Serialize)]
pub struct Renamed {
    /// The name in the release compared from.
    pub from: String,
    /// The name in the release compared to.
    pub to: String,
    /// The fields whose type follows it, in definitions that both releases have.
    pub fields: Vec<FieldName>,
}

/// A field, by name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FieldName {
    /// The definition that it is in.
    pub definition: String,
    /// Its name on the wire.
    pub field: String,
}

/// A field that one of the releases has.
#[derive(Debug, Serialize)]
pub struct Field {
    /// The definition that it is in.
    pub definition: String,
    /// Its name on the wire.
    pub field: String,
    /// In words: `string`, `integer (int32)`, `array of map of io.k8s.api.core.v1.Pod`, `any`.
    #[serde(rename = "type")]
    pub type_: String,
    /// Whether the spec requires it.
    pub required: bool,
}

/// A definition whose own properties are not what they were.
#[derive(Debug, Serialize)]
pub struct ChangedType {
    /// Its name.
    pub definition: String,
    /// In what it changed.
    pub changes: Vec<Change>,
}

/// A field that is not what it was.
#[derive(Debug, Serialize)]
pub struct ChangedField {
    /// The definition that it is in.
    pub definition: String,
    /// Its name on the wire.
    pub field: String,
    /// In what it changed.
    pub changes: Vec<Change>,
}

/// From what to what; `null` where there was or is nothing.
#[derive(Debug, Serialize)]
pub struct Change {
    /// `type` (in words, as in [`Field`]), `required` (booleans), `kind` (a kind that a definition
    /// has lost or won, as in `apps/v1 Deployment`), or the spec's own keyword, such as
    /// `x-kubernetes-list-map-keys`, with `items.` before it where it is one of a list's items.
    pub what: String,
    /// Before.
    pub from: Value,
    /// After.
    pub to: Value,
}

/// A kind that one of the releases lets one watch.
#[derive(Debug, Serialize)]
pub struct Watchable {
    /// Its API group, empty for core.
    pub group: String,
    /// The group's version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// What paths call it.
    pub plural: String,
    /// Those that the other release lacks: `cluster-wide`, `namespaced`.
    pub scopes: Vec<&'static str>,
    /// Its definition.
    pub definition: Option<String>,
}
