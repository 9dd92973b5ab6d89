//! Chooses the module in which a definition's type is generated.

use std::collections::BTreeMap;

use crate::error::{Failure, Result};
use crate::facts::GroupVersionKind;

/// Prefixes of definitions that are followed by group, version and name.
const VERSIONED: [&str; 4] = [
    "io.k8s.api.",
    "io.k8s.apiextensions-apiserver.pkg.apis.",
    "io.k8s.apimachinery.pkg.apis.",
    "io.k8s.kube-aggregator.pkg.apis.",
];

/// The prefix of API machinery, which all API groups use. Its definitions without a version have a
/// package of one or two segments, and the name.
const MACHINERY: &str = "io.k8s.apimachinery.pkg.";

/// The module and name of a type: `core::v1::Pod`, or without a version `version::Info`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Home {
    pub(crate) group: String,
    pub(crate) version: Option<String>,
    pub(crate) name: String,
    /// Whether it belongs to API machinery and not to an API group. (`resource` is the name of a group
    /// and of a machinery package.)
    pub(crate) machinery: bool,
}

impl Home {
    /// Returns the home of the definition with this name.
    pub(crate) fn of(definition: &str) -> Result<Self> {
        let machinery = definition.starts_with(MACHINERY);
        let versioned = VERSIONED.iter().find_map(|prefix| {
            let parts: Vec<_> = definition.strip_prefix(prefix)?.split('.').collect();
            match parts[..] {
                [group, version, name] if is_version(version) => Some(Self {
                    group: group.into(),
                    version: Some(version.into()),
                    name: name.into(),
                    machinery,
                }),
                _ => None,
            }
        });
        let unversioned = || {
            let parts: Vec<_> = definition.strip_prefix(MACHINERY)?.split('.').collect();
            match parts[..] {
                [group, name] | [_, group, name] => {
                    Some(Self { group: group.into(), version: None, name: name.into(), machinery })
                }
                _ => None,
            }
        };
        versioned
            .or_else(unversioned)
            .filter(|home| is_identifier(&home.group) && is_identifier(&home.name))
            .ok_or_else(|| {
                Failure::new(format!("definition {definition} matches no module"))
                    .hint("add its module in crates/codegen/src/model/home.rs")
            })
    }

    /// Returns the module: `core::v1`.
    pub(crate) fn module(&self) -> String {
        match &self.version {
            Some(version) => format!("{}::{version}", self.group),
            None => self.group.clone(),
        }
    }

    /// Returns the Cargo feature of its API group; `None` if it is always compiled.
    pub(crate) fn feature(&self) -> Option<&str> {
        (!self.machinery).then_some(&self.group)
    }

    /// Returns the version module that re-exports it; `v1` for types without a version.
    pub(crate) fn view(&self) -> &str {
        self.version.as_deref().unwrap_or("v1")
    }
}

/// Maps modules to the API group names of the API server and the reference, derived from the kinds:
/// `networking` is `networking.k8s.io`. API machinery keeps its module name.
pub(crate) fn api_groups<'a>(
    types: impl Iterator<Item = (&'a Home, &'a [GroupVersionKind])>,
) -> BTreeMap<String, String> {
    let mut groups = BTreeMap::new();
    for (home, kinds) in types {
        if let [kind] = kinds {
            let group = if kind.group.is_empty() { &home.group } else { &kind.group };
            groups.insert(home.group.clone(), group.clone());
        }
    }
    groups
}

/// `v1`, `v2beta1` …
fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match rest.split_once("alpha").or_else(|| rest.split_once("beta")) {
        Some((major, minor)) => number(major) && number(minor),
        None => number(rest),
    }
}

fn is_identifier(text: &str) -> bool {
    syn::parse_str::<syn::Ident>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_maps_to_module_and_view() {
        for (definition, module, view) in [
            ("io.k8s.api.core.v1.Pod", "core::v1", "v1"),
            ("io.k8s.api.autoscaling.v2beta1.MetricSpec", "autoscaling::v2beta1", "v2beta1"),
            ("io.k8s.apimachinery.pkg.apis.meta.v1.Status", "meta::v1", "v1"),
            (
                "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService",
                "apiregistration::v1",
                "v1",
            ),
            ("io.k8s.apimachinery.pkg.version.Info", "version", "v1"),
            ("io.k8s.apimachinery.pkg.api.resource.Quantity", "resource", "v1"),
        ] {
            let home = Home::of(definition).unwrap();
            assert_eq!((home.module().as_str(), home.view()), (module, view), "{definition}");
        }
    }

    #[test]
    fn api_groups_are_features_and_machinery_is_not() {
        for (definition, feature) in [
            ("io.k8s.api.core.v1.Pod", Some("core")),
            ("io.k8s.api.resource.v1.DeviceClass", Some("resource")),
            ("io.k8s.apimachinery.pkg.api.resource.Quantity", None),
            ("io.k8s.apimachinery.pkg.apis.meta.v1.Status", None),
        ] {
            assert_eq!(Home::of(definition).unwrap().feature(), feature, "{definition}");
        }
    }

    #[test]
    fn unknown_definition_is_rejected() {
        for definition in [
            "com.example.v1.Pod",
            "io.k8s.api.core.Pod",
            "io.k8s.api.a-b.v1.Pod",
            "io.k8s.api.core.v1.Po d",
        ] {
            let error = Home::of(definition).unwrap_err().to_string();
            assert!(error.contains(definition), "{error}");
        }
    }
}
