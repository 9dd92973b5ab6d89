//! Finds a resource by its name, in the forms that kubectl accepts.

use std::error::Error;
use std::fmt;

use crate::{CatalogEntry, ResourceInfo};

/// The maximum number of similar names in an error.
const MAX_NEAREST: usize = 3;
/// The minimum Jaro-Winkler similarity of a suggested name.
const MIN_SIMILARITY: f64 = 0.75;

/// Finds a resource by its name: the plural (`deployments`), the singular or kind (`Deployment`), or a short
/// name (`deploy`).
///
/// The name may be followed by the group or a prefix of it (`deployments.apps`, `crontabs.stable` for
/// `stable.example.com`), by version and group (`deployments.v1.apps`), or by the version as a
/// [`ResourceInfo`] displays it (`deployments.apps/v1`, `pods/v1`). The name is case-insensitive.
///
/// ```
/// # use watchable_core::{CatalogEntry, ResourceInfo, Scope, find};
/// # const CATALOG: &[CatalogEntry] = &[CatalogEntry {
/// #     resource: ResourceInfo::new("apps", "v1", "Deployment", "deployments", Scope::Namespaced),
/// #     list_kind: Some("DeploymentList"),
/// #     singular: "deployment",
/// #     short_names: &["deploy"],
/// #     verbs: &["list", "watch"],
/// # }];
/// let entry = find(CATALOG, "deploy")?; // for example in rel_1_37::CATALOG
/// assert_eq!(entry.resource.to_string(), "deployments.apps/v1");
/// assert!(find(CATALOG, "deploment").unwrap_err().to_string().contains("deployment"));
/// # Ok::<(), watchable_core::UnknownResource>(())
/// ```
///
/// If several resources match, the plural takes precedence over the singular or kind, and these over a short
/// name. Next, the group's preferred version takes precedence; then the core group, and then the order of
/// `resources`, which for discovered resources is the server's.
///
/// # Errors
///
/// Fails if no resource matches. The error lists the most similar names.
pub fn find<'a, R: Named>(resources: &'a [R], name: &str) -> Result<&'a R, UnknownResource> {
    ResourceName::parse(name)
        .find(resources)
        .ok_or_else(|| UnknownResource::new(name, resources.iter()))
}

/// A resource that [`find`] can find: an entry of a release's catalog, or a resource that a server serves.
pub trait Named: Sized {
    /// Returns group, version, kind, plural and scope.
    fn resource(&self) -> &ResourceInfo;
    /// Returns the singular name.
    fn singular(&self) -> &str;
    /// Returns whether it has this short name.
    fn has_short_name(&self, name: &str) -> bool;
    /// Returns the rank among resources of the same name. The lowest rank is found.
    fn rank(&self, among: &[Self]) -> u8;
}

/// The error of [`find`]: no resource has the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownResource {
    name: String,
    nearest: Vec<String>,
}

impl UnknownResource {
    /// Creates the error for a name that none of `resources` has.
    pub fn new<'a, R: Named + 'a>(name: &str, resources: impl Iterator<Item = &'a R>) -> Self {
        let wanted = ResourceName::parse(name).name;
        let mut near: Vec<(f64, &str)> = resources
            .flat_map(|resource| [resource.resource().plural(), resource.singular()])
            .map(|candidate| (strsim::jaro_winkler(&wanted, candidate), candidate))
            .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        near.dedup_by_key(|(_, candidate)| *candidate);
        let nearest = near.iter().take(MAX_NEAREST).map(|(_, name)| (*name).to_owned()).collect();
        Self { name: name.to_owned(), nearest }
    }

    /// Returns the name that was not found.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns up to three similar names, the most similar first.
    pub fn nearest(&self) -> &[String] {
        &self.nearest
    }
}

impl fmt::Display for UnknownResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no resource {:?}", self.name)?;
        if !self.nearest.is_empty() {
            write!(f, "; similar names: {}", self.nearest.join(", "))?;
        }
        Ok(())
    }
}

impl Error for UnknownResource {}

/// A parsed name.
#[derive(Debug, PartialEq)]
struct ResourceName<'a> {
    /// The resource's name, in lower case.
    name: String,
    version: Option<&'a str>,
    group: Option<&'a str>,
}

impl<'a> ResourceName<'a> {
    fn parse(text: &'a str) -> Self {
        let named = |name: &str, version, group| Self { name: name.to_lowercase(), version, group };
        if let Some((resource, version)) = text.rsplit_once('/')
            && is_version(version)
        {
            let (name, group) = resource.split_once('.').unwrap_or((resource, ""));
            return named(name, Some(version), Some(group));
        }
        let Some((name, rest)) = text.split_once('.') else { return named(text, None, None) };
        match rest.split_once('.') {
            Some((version, group)) if is_version(version) => {
                named(name, Some(version), Some(group))
            }
            None if is_version(rest) => named(name, Some(rest), Some("")),
            _ => named(name, None, Some(rest)),
        }
    }

    fn find<'r, R: Named>(&self, resources: &'r [R]) -> Option<&'r R> {
        let exact = |group: &str, wanted: &str| group == wanted;
        let prefix = |group: &str, wanted: &str| !wanted.is_empty() && group.starts_with(wanted);
        self.find_in(resources, exact).or_else(|| self.find_in(resources, prefix))
    }

    fn find_in<'r, R: Named>(
        &self,
        resources: &'r [R],
        is_group: impl Fn(&str, &str) -> bool,
    ) -> Option<&'r R> {
        let first = |is_name: &dyn Fn(&R) -> bool| {
            let candidates = resources.iter().filter(|candidate| {
                let resource = candidate.resource();
                is_name(candidate)
                    && self.group.is_none_or(|group| is_group(resource.group(), group))
                    && self.version.is_none_or(|version| resource.version() == version)
            });
            candidates.min_by_key(|candidate| candidate.rank(resources))
        };
        first(&|r| r.resource().plural() == self.name)
            .or_else(|| {
                first(&|r| {
                    r.singular() == self.name
                        || r.resource().kind().eq_ignore_ascii_case(&self.name)
                })
            })
            .or_else(|| first(&|r| r.has_short_name(&self.name)))
    }
}

/// Returns whether a text is a Kubernetes API version: `v1`, `v1beta1`.
fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// Returns the priority of a version (Kubernetes documentation, "Version priority"): stable versions before
/// beta and alpha, then the higher version.
fn priority(version: &str) -> Option<(u8, u32, u32)> {
    let rest = version.strip_prefix('v')?;
    for (word, stability) in [("beta", 1), ("alpha", 0)] {
        if let Some((major, minor)) = rest.split_once(word) {
            return Some((stability, major.parse().ok()?, minor.parse().ok()?));
        }
    }
    Some((2, rest.parse().ok()?, 0))
}

impl Named for CatalogEntry {
    fn resource(&self) -> &ResourceInfo {
        &self.resource
    }

    fn singular(&self) -> &str {
        self.singular
    }

    fn has_short_name(&self, name: &str) -> bool {
        self.short_names.contains(&name)
    }

    /// Ranks the group's version of the highest priority first, then the core group. `extensions` is last: its
    /// kinds have moved to other groups, and most are no longer served since 1.16.
    fn rank(&self, among: &[Self]) -> u8 {
        let Self { resource, .. } = self;
        let is_best = among
            .iter()
            .filter(|other| {
                other.resource.group() == resource.group()
                    && other.resource.plural() == resource.plural()
            })
            .all(|other| priority(other.resource.version()) <= priority(resource.version()));
        let group = match resource.group() {
            "" => 0,
            "extensions" => 2,
            _ => 1,
        };
        group + if is_best { 0 } else { 3 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    const fn entry(
        resource: ResourceInfo,
        singular: &'static str,
        short_names: &'static [&'static str],
    ) -> CatalogEntry {
        CatalogEntry { resource, list_kind: None, singular, short_names, verbs: &[] }
    }

    const fn deployment(group: &'static str, version: &'static str) -> CatalogEntry {
        let kind = ("Deployment", "deployments");
        entry(
            ResourceInfo::new(group, version, kind.0, kind.1, Scope::Namespaced),
            "deployment",
            &["deploy"],
        )
    }

    const fn event(group: &'static str) -> CatalogEntry {
        let resource = ResourceInfo::new(group, "v1", "Event", "events", Scope::Namespaced);
        entry(resource, "event", &["ev"])
    }

    const CATALOG: &[CatalogEntry] = &[
        deployment("apps", "v1beta2"),
        deployment("apps", "v1"),
        deployment("apps", "v2alpha1"),
        deployment("other.example.com", "v9"),
        event("events.k8s.io"),
        event(""),
        entry(
            ResourceInfo::new(
                "stable.example.com",
                "v1alpha1",
                "CronTab",
                "crontabs",
                Scope::Namespaced,
            ),
            "crontab",
            &["ct", "event"],
        ),
    ];

    fn found(name: &str) -> Option<String> {
        find(CATALOG, name).ok().map(|entry| entry.resource.to_string())
    }

    #[test]
    fn resource_is_found_by_every_form_of_its_name() {
        for name in [
            "deployments",
            "deployment",
            "Deployment",
            "deploy",
            "deployments.apps",
            "deployments.app",
            "deploy.v1.apps",
            "deployments.apps/v1",
        ] {
            assert_eq!(found(name).as_deref(), Some("deployments.apps/v1"), "{name}");
        }
        for (name, resource) in [
            ("deployments.v1beta2.apps", "deployments.apps/v1beta2"),
            ("deployments.v9", "-"),
            ("ct", "crontabs.stable.example.com/v1alpha1"),
            ("crontabs.stable", "crontabs.stable.example.com/v1alpha1"),
            ("CronTab.stable.example.com", "crontabs.stable.example.com/v1alpha1"),
            ("events", "events/v1"),
            ("ev", "events/v1"),
            ("event", "events/v1"),
            ("events.v1", "events/v1"),
            ("events/v1", "events/v1"),
            ("events.events.k8s.io", "events.events.k8s.io/v1"),
        ] {
            assert_eq!(found(name).as_deref().unwrap_or("-"), resource, "{name}");
        }
    }

    #[test]
    fn unknown_name_is_not_found() {
        for name in ["pods", "deployments.batch", "deployments.v2.apps", "deployments/web", ""] {
            assert_eq!(found(name), None, "{name}");
        }
    }

    #[test]
    fn stable_versions_have_priority_over_beta_and_alpha() {
        let mut versions = ["v1alpha2", "v2", "v1beta1", "v10", "v1", "v2beta1", "v1beta10"];
        versions.sort_by_key(|version| priority(version));
        let order = ["v1alpha2", "v1beta1", "v1beta10", "v2beta1", "v1", "v2", "v10"];
        assert_eq!(versions, order);
        assert_eq!(priority("stable"), None);
    }

    #[test]
    fn error_lists_similar_names() {
        let error = find(CATALOG, "deploments.apps").unwrap_err();
        assert_eq!(error.nearest(), ["deployments", "deployment", "events"]);
        assert_eq!(
            error.to_string(),
            "no resource \"deploments.apps\"; similar names: deployments, deployment, events"
        );
        assert_eq!(find(CATALOG, "xyz").unwrap_err().to_string(), "no resource \"xyz\"");
    }
}
