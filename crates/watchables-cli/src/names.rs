//! From a resource's name as kubectl takes it to what the server serves.

use anyhow::bail;
use watchables::Client;

use crate::discovery::{self, Served};

/// How many of the nearest names an error tells.
const NEAREST: usize = 3;
/// Below this similarity a name is no help.
const SIMILAR: f64 = 0.75;

/// Finds each name's resource, once. Asks the server for no more than it must.
pub(crate) async fn resolve(client: &Client, names: &[String]) -> anyhow::Result<Vec<Served>> {
    let core = discovery::core(client).await?;
    let mut groups: Option<Vec<Served>> = None;
    let mut found: Vec<Served> = Vec::new();
    for name in names {
        let wanted = Wanted::parse(name);
        let mut served = wanted.find(&core).cloned();
        if served.is_none() && wanted.group != Some("") {
            if groups.is_none() {
                groups = Some(discovery::groups(client).await?);
            }
            served = groups.as_deref().and_then(|groups| wanted.find(groups)).cloned();
        }
        let Some(served) = served else {
            let known = core.iter().chain(groups.iter().flatten());
            bail!("{}", unknown(name, wanted.name, known));
        };
        if !served.verbs.iter().any(|verb| verb == "watch") {
            bail!(
                "{} cannot be watched: it offers {}, but no watch",
                served.resource,
                served.verbs.join(", ")
            );
        }
        if found.iter().all(|other| other.resource != served.resource) {
            found.push(served);
        }
    }
    Ok(found)
}

/// A name taken apart: `deployments`, `deployments.apps`, `deployments.v1.apps`.
#[derive(Debug, PartialEq)]
struct Wanted<'a> {
    name: &'a str,
    version: Option<&'a str>,
    group: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn parse(text: &'a str) -> Self {
        let Some((name, rest)) = text.split_once('.') else {
            return Self { name: text, version: None, group: None };
        };
        match rest.split_once('.') {
            Some((version, group)) if is_version(version) => {
                Self { name, version: Some(version), group: Some(group) }
            }
            None if is_version(rest) => Self { name, version: Some(rest), group: Some("") },
            _ => Self { name, version: None, group: Some(rest) },
        }
    }

    /// The first that fits: by plural before singular and kind, and those before short names.
    fn find<'s>(&self, served: &'s [Served]) -> Option<&'s Served> {
        let name = self.name.to_lowercase();
        let candidates = || {
            served.iter().filter(|s| {
                let resource = &s.resource;
                self.group.is_none_or(|group| resource.group() == group)
                    && self.version.map_or(s.preferred, |version| resource.version() == version)
            })
        };
        let by_plural = || candidates().find(|s| s.resource.plural() == name);
        let by_kind = || {
            candidates().find(|s| s.singular == name || s.resource.kind().to_lowercase() == name)
        };
        let by_short_name = || candidates().find(|s| s.short_names.contains(&name));
        // A resource that only a version serves which the group does not prefer.
        let by_any_version = || {
            served.iter().find(|s| {
                self.version.is_none()
                    && self.group.is_none_or(|group| s.resource.group() == group)
                    && (s.resource.plural() == name
                        || s.singular == name
                        || s.short_names.contains(&name))
            })
        };
        by_plural().or_else(by_kind).or_else(by_short_name).or_else(by_any_version)
    }
}

/// `v1`, `v1beta1`, as Kubernetes names versions.
fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// The error for a name that nothing fits.
fn unknown<'a>(text: &str, name: &str, known: impl Iterator<Item = &'a Served>) -> String {
    let wanted = name.to_lowercase();
    let mut near: Vec<(f64, &str)> = known
        .flat_map(|s| [s.resource.plural(), s.singular.as_str()])
        .map(|candidate| (strsim::jaro_winkler(&wanted, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by_key(|(_, candidate)| *candidate);
    let names: Vec<_> = near.iter().take(NEAREST).map(|(_, candidate)| *candidate).collect();
    match names[..] {
        [] => format!("no resource {text:?}"),
        _ => format!("no resource {text:?}; the nearest names are: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use watchables::{ResourceInfo, Scope};

    use super::*;

    fn served(plural: &str, group: &str, version: &str, preferred: bool, short: &str) -> Served {
        let singular = plural.strip_suffix('s').unwrap_or(plural).to_owned();
        let resource =
            ResourceInfo::dynamic(group, version, singular.clone(), plural, Scope::Namespaced);
        let short_names = vec![short.to_owned()];
        Served { resource, singular, short_names, verbs: vec![], preferred }
    }

    fn server() -> Vec<Served> {
        vec![
            served("deployments", "apps", "v1", true, "deploy"),
            served("deployments", "apps", "v1beta1", false, "deploy"),
            served("deployments", "extensions", "v1beta1", true, "deploy"),
            served("crontabs", "stable.example.com", "v1alpha1", false, "ct"),
        ]
    }

    fn find(text: &str) -> Option<String> {
        let server = server();
        Wanted::parse(text).find(&server).map(|served| served.resource.to_string())
    }

    #[test]
    fn names_are_found_in_every_form() {
        for name in [
            "deployments",
            "deployment",
            "Deployment",
            "deploy",
            "deployments.apps",
            "deploy.v1.apps",
        ] {
            assert_eq!(find(name).as_deref(), Some("deployments.apps/v1"), "{name}");
        }
        assert_eq!(find("deployments.v1beta1.apps").as_deref(), Some("deployments.apps/v1beta1"));
        assert_eq!(
            find("deployments.extensions").as_deref(),
            Some("deployments.extensions/v1beta1")
        );
        assert_eq!(find("ct").as_deref(), Some("crontabs.stable.example.com/v1alpha1"));
        assert_eq!(find("crontabs.stable.example.com").as_deref(), find("ct").as_deref());
    }

    #[test]
    fn what_is_not_served_is_not_found() {
        for name in ["pods", "deployments.batch", "deployments.v2.apps"] {
            assert_eq!(find(name), None, "{name}");
        }
    }

    #[test]
    fn the_nearest_names_are_told() {
        let told = unknown("deploments", "deploments", server().iter());
        assert!(told.ends_with("the nearest names are: deployments, deployment"), "{told}");
        assert_eq!(unknown("xyz", "xyz", server().iter()), "no resource \"xyz\"");
    }
}
