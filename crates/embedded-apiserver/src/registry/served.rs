//! A resource as it is served.

use bytes::Bytes;
use watchable_core::{ResourceInfo, Scope};

use super::printer_column::PrinterColumn;
use super::scale::Scale;

/// A resource in one version of its group, and the collection that keeps its objects.
pub(crate) struct Served {
    /// Of this alone, ever.
    pub(crate) id: usize,
    /// The collection of its objects, which all versions of a group share.
    pub(crate) collection: usize,
    pub(super) resource: ResourceInfo,
    pub(super) list_kind: Option<String>,
    pub(crate) singular: String,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) verbs: &'static [&'static str],
    /// Whether the status is written by itself.
    pub(super) has_status: bool,
    /// Where its number of replicas lies, if that is written by itself.
    pub(crate) scale: Option<Scale>,
    /// What a definition says beyond that; `None` for resources of the catalogue.
    pub(crate) custom: Option<Custom>,
    /// `"kind":"Pod","apiVersion":"v1"`, the members that stored objects go without.
    pub(super) type_meta: Bytes,
}

/// Where a custom resource comes from.
pub(crate) struct Custom {
    /// The name of its definition.
    pub(crate) definition: String,
    /// What tables show beside the name.
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

    pub(crate) fn list_kind(&self) -> String {
        self.list_kind.clone().unwrap_or_else(|| format!("{}List", self.resource.kind()))
    }

    pub(crate) fn has_verb(&self, verb: &str) -> bool {
        self.verbs.contains(&verb)
    }

    /// Whether a plain update leaves the status alone, which has a path of its own.
    pub(crate) fn has_status(&self) -> bool {
        self.has_status
    }

    /// Whether an object's part has a path of its own.
    ///
    /// Of the catalogue it is not known of which the status has one; a definition says so.
    pub(crate) fn has_subresource(&self, subresource: &str) -> bool {
        match subresource {
            "status" => self.custom.is_none() || self.has_status,
            "scale" => self.scale.is_some(),
            _ => false,
        }
    }

    /// Whether it is the resource of the definitions of other resources.
    pub(crate) fn is_definitions(&self) -> bool {
        self.resource.group() == "apiextensions.k8s.io"
            && self.resource.plural() == "customresourcedefinitions"
    }

    /// Whether it is none of Kubernetes' own resources, by a definition or by its group.
    pub(crate) fn is_custom(&self) -> bool {
        let group = self.resource.group();
        self.custom.is_some() || group.contains('.') && !group.ends_with(".k8s.io")
    }

    pub(crate) fn is_defined_by(&self, definition: &str) -> bool {
        self.custom.as_ref().is_some_and(|custom| custom.definition == definition)
    }

    /// Whether objects are kept, and not merely answered, as reviews are.
    pub(crate) fn is_stored(&self) -> bool {
        ["list", "get", "watch"].iter().any(|verb| self.has_verb(verb))
    }
}

/// The members that tell the type of a resource's objects.
pub(super) fn type_meta(resource: &ResourceInfo) -> Bytes {
    let text = serde_json::Value::from;
    let (kind, api_version) = (text(resource.kind()), text(&resource.api_version()));
    format!(r#""kind":{kind},"apiVersion":{api_version}"#).into()
}
