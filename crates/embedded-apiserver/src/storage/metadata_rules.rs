//! The rules for the metadata of a resource's objects.

use watchable_core::ResourceInfo;

/// The rules for the metadata of a resource's objects.
pub(crate) struct MetadataRules<'a> {
    pub(crate) resource: &'a ResourceInfo,
    /// Whether a finalizer other than Kubernetes' own must start with a domain.
    pub(crate) needs_domain_in_finalizers: bool,
    /// Whether the objects have a generation.
    pub(crate) has_generation: bool,
    /// Whether a change of the status increases the generation.
    pub(crate) status_is_part: bool,
}
