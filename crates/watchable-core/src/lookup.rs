//! From a resource's name, as kubectl takes it, to the resource.

use std::error::Error;
use std::fmt;

use crate::{CatalogEntry, ResourceInfo};

/// How many of the nearest names an error tells.
const NEAREST: usize = 3;
/// Below this similarity a name is no help.
const SIMILAR: f64 = 0.75;

/// Finds what a name stands for: a plural (`deployments`), singular or kind (`Deployment`), or short name
/// (`deploy`), alone or with its group (`deployments.apps`, of which a part will do:
/// `crontabs.stable` for `stable.example.com`), with version and group (`deployments.v1.apps`) or with
/// its version as a [`ResourceInfo`] displays itself (`deployments.apps/v1`, `pods/v1`). Case does not count.
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
/// let entry = find(CATALOG, "deploy")?; // of a release: rel_1_36::CATALOG
/// assert_eq!(entry.resource.to_string(), "deployments.apps/v1");
/// assert!(find(CATALOG, "deploment").unwrap_err().to_string().contains("deployment"));
/// # Ok::<(), watchable_core::UnknownResource>(())
/// ```
///
/// Of several that fit, a plural goes before a singular or kind, and that before a short name; then the
/// version that the group prefers; then the core group, and the others in their order, which for what a
/// server's discovery told is the server's.
///
/// # Errors
///
/// Nothing fits; the error tells the nearest names.
pub fn find<'a, R: Named>(resources: &'a [R], name: &str) -> Result<&'a R, UnknownResource> {
    ResourceName::parse(name)
        .find(resources)
        .ok_or_else(|| UnknownResource::new(name, resources.iter()))
}

/// What [`find`] looks at: an entry of a release's catalogue, or a resource that a server serves.
pub trait Named: Sized {
    /// Group, version, kind, plural and scope.
    fn resource(&self) -> &ResourceInfo;
    /// The singular name.
    fn singular(&self) -> &str;
    /// Whether it has this short name.
    fn has_short_name(&self, name: &str) -> bool;
    /// The place among what has the same name: the least comes first.
    fn place(&self, among: &[Self]) -> u8;
}

/// No resource has the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownResource {
    name: String,
    nearest: Vec<String>,
}

impl UnknownResource {
    /// A name that none of these has.
    pub fn new<'a, R: Named + 'a>(name: &str, known: impl Iterator<Item = &'a R>) -> Self {
        let wanted = ResourceName::parse(name).name;
        let mut near: Vec<(f64, &str)> = known
            .flat_map(|known| [known.resource().plural(), known.singular()])
            .map(|candidate| (strsim::jaro_winkler(&wanted, candidate), candidate))
            .filter(|(similarity, _)| *similarity >= SIMILAR)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        near.dedup_by_key(|(_, candidate)| *candidate);
        let nearest = near.iter().take(NEAREST).map(|(_, name)| (*name).to_owned()).collect();
        Self { name: name.to_owned(), nearest }
    }

    /// The name that was looked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The nearest names that there are, the nearest first; up to three.
    pub fn nearest(&self) -> &[String] {
        &self.nearest
    }
}

impl fmt::Display for UnknownResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no resource {:?}", self.name)?;
        if !self.nearest.is_empty() {
            write!(f, "; the nearest names are: {}", self.nearest.join(", "))?;
        }
        Ok(())
    }
}

impl Error for UnknownResource {}

/// A name taken apart.
#[derive(Debug, PartialEq)]
struct ResourceName<'a> {
    /// In lower case.
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
        let part = |group: &str, wanted: &str| !wanted.is_empty() && group.starts_with(wanted);
        self.find_in(resources, exact).or_else(|| self.find_in(resources, part))
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
            candidates.min_by_key(|candidate| candidate.place(resources))
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

/// `v1`, `v1beta1`, as Kubernetes names versions.
fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// In what order a group prefers its versions (Kubernetes documentation, "Version priority"): the greater
/// before the lesser, stable ones before beta and alpha.
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

    /// The group's best version of the resource; the core group first, and last `extensions`, whose kinds
    /// have moved to other groups: most of what a spec says of it is served no more since 1.16.
    fn place(&self, among: &[Self]) -> u8 {
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
    fn names_are_found_in_every_form() {
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
    fn what_there_is_not_is_not_found() {
        for name in ["pods", "deployments.batch", "deployments.v2.apps", "deployments/web", ""] {
            assert_eq!(found(name), None, "{name}");
        }
    }

    #[test]
    fn versions_are_preferred_by_their_stability() {
        let mut versions = ["v1alpha2", "v2", "v1beta1", "v10", "v1", "v2beta1", "v1beta10"];
        versions.sort_by_key(|version| priority(version));
        let order = ["v1alpha2", "v1beta1", "v1beta10", "v2beta1", "v1", "v2", "v10"];
        assert_eq!(versions, order);
        assert_eq!(priority("stable"), None);
    }

    #[test]
    fn the_nearest_names_are_told() {
        let error = find(CATALOG, "deploments.apps").unwrap_err();
        assert_eq!(error.nearest(), ["deployments", "deployment", "events"]);
        assert_eq!(
            error.to_string(),
            "no resource \"deploments.apps\"; the nearest names are: deployments, deployment, events"
        );
        assert_eq!(find(CATALOG, "xyz").unwrap_err().to_string(), "no resource \"xyz\"");
    }
}
