//! A served resource: one version of it, with all that requests need to know of it.

use std::sync::OnceLock;

use bytes::Bytes;
use watchable_core::{ResourceInfo, Scope};

use super::builtin;
use super::printer_column::PrinterColumn;
use super::scale::Scale;
use crate::protobuf::ObjectType;
use crate::storage::{Format, MetadataRules};
use crate::support::clock::Clock;
use crate::support::release::Release;
use crate::support::wire::Wire;

/// A resource in one version of its group.
pub(crate) struct Served {
    /// Unique; never reused.
    pub(crate) id: usize,
    /// The collection of its objects. All versions of a resource share it.
    pub(crate) collection: usize,
    pub(super) resource: ResourceInfo,
    pub(super) list_kind: Option<String>,
    pub(crate) singular: String,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) verbs: &'static [&'static str],
    /// Whether the status is a subresource.
    pub(super) has_status: bool,
    /// The `scale` subresource, if there is one.
    pub(crate) scale: Option<Scale>,
    /// The definition that it is from; `None` for resources of the catalog.
    pub(crate) custom: Option<Custom>,
    /// `"kind":"Pod","apiVersion":"v1"`: the members that stored objects omit.
    pub(super) type_meta: Bytes,
    /// Its objects and lists in protobuf, once they are needed.
    pub(super) protobuf: OnceLock<Option<(ObjectType, ObjectType)>>,
    /// Tells the ages in its tables; the registry's.
    pub(crate) clock: Clock,
}

/// The definition of a custom resource.
pub(crate) struct Custom {
    /// The name of its definition.
    pub(crate) definition: String,
    /// The columns of tables, besides the name.
    pub(crate) columns: Vec<PrinterColumn>,
}

impl Served {
    pub(crate) fn resource(&self) -> &ResourceInfo {
        &self.resource
    }

    pub(crate) fn is_namespaced(&self) -> bool {
        self.resource().scope() == Scope::Namespaced
    }

    pub(crate) fn type_meta(&self) -> &Bytes {
        &self.type_meta
    }

    /// Returns how a wire has its objects.
    pub(crate) fn format(&self, wire: Wire, release: Release) -> Format<'_> {
        let protobuf = self.protobuf(wire, release);
        Format { version_id: self.id, type_meta: &self.type_meta, protobuf }
    }

    /// Returns the type of its objects in protobuf, if that is the wire and they have it.
    pub(crate) fn protobuf(&self, wire: Wire, release: Release) -> Option<&ObjectType> {
        self.list_protobuf(wire, release).map(|(_, of)| of)
    }

    /// Returns the types of its lists and of its objects in protobuf, if that is the wire and they have it.
    pub(crate) fn list_protobuf(
        &self,
        wire: Wire,
        release: Release,
    ) -> Option<(&ObjectType, &ObjectType)> {
        if wire == Wire::Json || self.is_custom() {
            return None;
        }
        let find = || {
            let api_version = self.resource.api_version();
            let of = ObjectType::find(&api_version, self.resource.kind(), release.minor)?;
            // What is only created has no list, and is never listed.
            let list = ObjectType::find(&api_version, &self.list_kind(), release.minor);
            let list = list
                .or_else(|| ObjectType::find(&api_version, self.resource.kind(), release.minor))?;
            Some((list, of))
        };
        self.protobuf.get_or_init(find).as_ref().map(|(list, of)| (list, of))
    }

    pub(crate) fn list_kind(&self) -> String {
        self.list_kind.clone().unwrap_or_else(|| format!("{}List", self.resource.kind()))
    }

    pub(crate) fn has_verb(&self, verb: &str) -> bool {
        self.verbs.contains(&verb)
    }

    /// Returns whether the status is a subresource, which updates of the object ignore.
    pub(crate) fn has_status(&self) -> bool {
        self.has_status
    }

    /// Returns whether a subresource has a path.
    ///
    /// The catalog does not say which resources have a status; a definition does.
    pub(crate) fn has_subresource(&self, subresource: &str) -> bool {
        match subresource {
            "status" => self.custom.is_none() || self.has_status,
            "scale" => self.scale.is_some(),
            _ => false,
        }
    }

    /// Returns the verbs of its subresources.
    pub(crate) fn subresource_verbs(&self) -> &'static [&'static str] {
        if self.has_verb("update") { &["get", "patch", "update"] } else { &["get"] }
    }

    /// Returns whether the resource is `customresourcedefinitions`.
    pub(crate) fn is_definitions(&self) -> bool {
        self.resource.group() == "apiextensions.k8s.io"
            && self.resource.plural() == "customresourcedefinitions"
    }

    /// Returns whether the resource is not one of Kubernetes' own, by its definition or its group.
    pub(crate) fn is_custom(&self) -> bool {
        let group = self.resource.group();
        self.custom.is_some() || group.contains('.') && !group.ends_with(".k8s.io")
    }

    /// Returns whether the resource is a kind of Kubernetes in the core group.
    pub(crate) fn is_core(&self, plural: &str) -> bool {
        self.resource.group().is_empty() && self.resource.plural() == plural
    }

    pub(crate) fn metadata_rules(&self) -> MetadataRules<'_> {
        let group = self.resource.group();
        let is_custom = self.is_custom();
        MetadataRules {
            resource: &self.resource,
            needs_domain_in_finalizers: !is_custom
                && !matches!(group, "apiextensions.k8s.io" | "apiregistration.k8s.io"),
            has_generation: is_custom || builtin::has_generation(&self.resource),
            status_is_part: is_custom && !self.has_status,
        }
    }

    /// Returns whether an update must name the version that it updates.
    pub(crate) fn is_updated_from_a_version(&self) -> bool {
        self.is_custom() || builtin::is_updated_from_a_version(&self.resource)
    }

    /// Returns whether the deletion of an object is answered with the object, not with a `Status`.
    pub(crate) fn is_returned_by_delete(&self, release: Release) -> bool {
        !self.is_custom() && builtin::is_returned_by_delete(&self.resource, release)
    }

    /// Returns whether a deletion that names no policy orphans the dependents, as it did at first.
    pub(crate) fn orphans_by_default(&self) -> bool {
        let (group, version) = (self.resource.group(), self.resource.version());
        matches!(
            (group, version, self.resource.plural()),
            ("", "v1", "replicationcontrollers")
                | ("batch", "v1", "jobs")
                | ("batch", "v1beta1" | "v2alpha1", "cronjobs")
        )
    }

    pub(crate) fn is_defined_by(&self, definition: &str) -> bool {
        self.custom.as_ref().is_some_and(|custom| custom.definition == definition)
    }

    /// Returns whether objects are stored. Reviews, for instance, are only responded to.
    pub(crate) fn is_stored(&self) -> bool {
        ["list", "get", "watch"].iter().any(|verb| self.has_verb(verb))
    }
}

/// Returns the JSON members `kind` and `apiVersion` of a resource's objects.
pub(super) fn type_meta(resource: &ResourceInfo) -> Bytes {
    let text = serde_json::Value::from;
    let (kind, api_version) = (text(resource.kind()), text(&resource.api_version()));
    format!(r#""kind":{kind},"apiVersion":{api_version}"#).into()
}
