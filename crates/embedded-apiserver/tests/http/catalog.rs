//! A small catalog, so that the tests need no release's models.

use watchable_core::{CatalogEntry, ResourceInfo, Scope};

const ALL: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// Resources of the core group and of other groups and versions, one without watch, one that can only be
/// created, a custom one, and custom resource definitions.
pub(crate) const CATALOG: &[CatalogEntry] = &[
    entry("", "v1", "Pod", "pods", Scope::Namespaced, "PodList", "pod", &["po"], ALL),
    entry(
        "",
        "v1",
        "ConfigMap",
        "configmaps",
        Scope::Namespaced,
        "ConfigMapList",
        "configmap",
        &["cm"],
        ALL,
    ),
    entry(
        "",
        "v1",
        "Namespace",
        "namespaces",
        Scope::Cluster,
        "NamespaceList",
        "namespace",
        &["ns"],
        ALL,
    ),
    entry("", "v1", "Node", "nodes", Scope::Cluster, "NodeList", "node", &["no"], ALL),
    entry(
        "",
        "v1",
        "ComponentStatus",
        "componentstatuses",
        Scope::Cluster,
        "ComponentStatusList",
        "componentstatus",
        &["cs"],
        &["get", "list"],
    ),
    entry(
        "apps",
        "v1beta1",
        "Deployment",
        "deployments",
        Scope::Namespaced,
        "DeploymentList",
        "deployment",
        &["deploy"],
        ALL,
    ),
    entry(
        "apps",
        "v1",
        "Deployment",
        "deployments",
        Scope::Namespaced,
        "DeploymentList",
        "deployment",
        &["deploy"],
        ALL,
    ),
    entry(
        "authorization.k8s.io",
        "v1",
        "SelfSubjectRulesReview",
        "selfsubjectrulesreviews",
        Scope::Cluster,
        "",
        "selfsubjectrulesreview",
        &[],
        &["create"],
    ),
    entry(
        "example.com",
        "v1",
        "Widget",
        "widgets",
        Scope::Namespaced,
        "WidgetList",
        "widget",
        &[],
        ALL,
    ),
    entry(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        Scope::Cluster,
        "CustomResourceDefinitionList",
        "customresourcedefinition",
        &["crd", "crds"],
        ALL,
    ),
    entry(
        "apiextensions.k8s.io",
        "v1beta1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        Scope::Cluster,
        "CustomResourceDefinitionList",
        "customresourcedefinition",
        &["crd", "crds"],
        ALL,
    ),
];

#[allow(clippy::too_many_arguments)]
const fn entry(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
    scope: Scope,
    list_kind: &'static str,
    singular: &'static str,
    short_names: &'static [&'static str],
    verbs: &'static [&'static str],
) -> CatalogEntry {
    CatalogEntry {
        resource: ResourceInfo::new(group, version, kind, plural, scope),
        list_kind: if list_kind.is_empty() { None } else { Some(list_kind) },
        singular,
        short_names,
        verbs,
    }
}
