//! What to watch, as it is named on the command line.

use std::collections::HashSet;

use anyhow::{Context as _, bail};
use watchables::{Scope, ServedResource};

use super::manifests::Manifest;

use crate::resources::Finder;

/// A resource, and which of its objects.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) served: ServedResource,
    /// All, if there are none.
    pub(crate) names: Vec<Name>,
}

/// The name of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// The only namespace in which it is meant; those of the command line if there is none.
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
}

impl Name {
    fn anywhere(name: &str) -> Self {
        Self { namespace: None, name: name.to_owned() }
    }
}

/// Finds what the words name: `pods`, `pods,services`, `all`, `pod/web-1`, `pod web-1 web-2`.
///
/// # Errors
///
/// If a word is malformed, if the server does not serve a resource, or does not support watching it.
pub(crate) async fn find(finder: &Finder<'_>, words: &[String]) -> anyhow::Result<Vec<Target>> {
    let words = words.iter().map(|word| word.trim()).filter(|word| !word.is_empty());
    let mut groups: Vec<Group> = Vec::new();
    for word in words {
        if let Some((kind, name)) = word.split_once('/') {
            if kind.is_empty() || name.is_empty() || name.contains(['/', ',']) {
                bail!("{word:?} names no object; write it as pod/web-1");
            }
            let names = vec![Name::anywhere(name)];
            groups.push(Group { resources: vec![finder.find(kind).await?], names, is_open: false });
            continue;
        }
        match groups.last_mut().filter(|group| group.is_open) {
            Some(group)
                if !word.contains(',')
                    && (group.has_name_of_resource(word)
                        || !finder.names_a_resource(word).await) =>
            {
                group.names.push(Name::anywhere(word));
            }
            _ => {
                let resources = finder.find_all(word).await?;
                groups.push(Group { resources, names: Vec::new(), is_open: true });
            }
        }
    }
    let mut targets = Vec::new();
    merge(&mut targets, groups);
    Ok(targets)
}

/// Adds the objects of manifests. Those without a namespace are meant in the given ones, or else in that of the context.
///
/// # Errors
///
/// If the server does not serve a resource, or does not support watching it, and if an object is in another namespace than
/// the given ones.
pub(crate) async fn add_manifests(
    finder: &Finder<'_>,
    targets: &mut Vec<Target>,
    manifests: &[Manifest],
    given: &[String],
    of_context: Option<&str>,
) -> anyhow::Result<()> {
    for manifest in manifests {
        let place = || manifest.place.clone();
        let served = finder.find(&manifest.resource()).await.with_context(place)?;
        let namespace = match &manifest.namespace {
            _ if served.resource.scope() == Scope::Cluster => None,
            Some(namespace) if !given.is_empty() && !given.contains(namespace) => bail!(
                "{}: {}/{} is in the namespace {namespace:?}, and not in that of -n; leave -n out",
                manifest.place,
                served.singular,
                manifest.name
            ),
            Some(namespace) => Some(namespace.clone()),
            None if given.is_empty() => Some(of_context.unwrap_or("default").to_owned()),
            None => None,
        };
        let names = vec![Name { namespace, name: manifest.name.clone() }];
        merge(targets, vec![Group { resources: vec![served], names, is_open: false }]);
    }
    Ok(())
}

/// # Errors
///
/// If nothing is to be watched.
pub(crate) fn require_any(targets: &[Target]) -> anyhow::Result<()> {
    if targets.is_empty() {
        bail!("no resource is named");
    }
    Ok(())
}

/// Resources, and the names of objects that follow them.
struct Group {
    resources: Vec<ServedResource>,
    names: Vec<Name>,
    /// Whether names may follow: not after `pod/web-1`.
    is_open: bool,
}

impl Group {
    /// Whether a word that may name a resource is the name of an object all the same: a definition of a custom resource
    /// is named as that resource, with its API group.
    fn has_name_of_resource(&self, word: &str) -> bool {
        let is_definition = |served: &ServedResource| {
            let resource = &served.resource;
            resource.group() == "apiextensions.k8s.io"
                && resource.plural() == "customresourcedefinitions"
        };
        word.contains('.') && self.resources.iter().all(is_definition)
    }
}

/// Adds groups, so that there is each resource once. All of its objects include those that are named.
fn merge(targets: &mut Vec<Target>, groups: Vec<Group>) {
    for Group { resources, names, .. } in groups {
        for served in resources {
            let known = targets.iter_mut().find(|known| known.served.resource == served.resource);
            match known {
                None => targets.push(Target { served, names: names.clone() }),
                Some(known) if names.is_empty() || known.names.is_empty() => known.names.clear(),
                Some(known) => known.names.extend(names.iter().cloned()),
            }
        }
    }
    for target in targets {
        let mut seen = HashSet::new();
        target.names.retain(|name| seen.insert(name.clone()));
        let is_anywhere =
            |name: &Name| name.namespace.is_some() && seen.contains(&Name::anywhere(&name.name));
        target.names.retain(|name| !is_anywhere(name));
    }
}

#[cfg(test)]
mod tests {
    use watchables::{ResourceInfo, Scope};

    use super::*;

    fn group(plurals: &[&'static str], names: &[&str]) -> Group {
        let served = |plural: &&'static str| {
            ServedResource::new(ResourceInfo::new("", "v1", "X", plural, Scope::Namespaced))
        };
        let names = names.iter().map(|text| match text.split_once(':') {
            Some((namespace, name)) => {
                Name { namespace: Some(namespace.to_owned()), ..Name::anywhere(name) }
            }
            None => Name::anywhere(text),
        });
        let names = names.collect();
        Group { resources: plurals.iter().map(served).collect(), names, is_open: true }
    }

    fn merged(groups: Vec<Group>) -> Vec<(String, String)> {
        let mut targets = Vec::new();
        merge(&mut targets, groups);
        let text = |Name { namespace, name }: Name| match namespace {
            Some(namespace) => format!("{namespace}:{name}"),
            None => name,
        };
        let names = |names: Vec<Name>| names.into_iter().map(text).collect::<Vec<_>>().join(" ");
        let texts = targets
            .into_iter()
            .map(|target| (target.served.resource.plural().to_owned(), names(target.names)));
        texts.collect()
    }

    #[test]
    fn definition_is_named_as_the_resource_that_it_defines() {
        let of = |group: &'static str, plural: &'static str| Group {
            resources: vec![ServedResource::new(ResourceInfo::new(
                group,
                "v1",
                "X",
                plural,
                Scope::Cluster,
            ))],
            names: Vec::new(),
            is_open: true,
        };
        let definitions = of("apiextensions.k8s.io", "customresourcedefinitions");
        assert!(definitions.has_name_of_resource("shapes.example.com"));
        assert!(!definitions.has_name_of_resource("pods"), "it is watched beside them");
        assert!(!of("apps", "deployments").has_name_of_resource("replicasets.apps"));
    }

    #[test]
    fn resources_are_watched_once() {
        let texts = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
        let groups = || vec![group(&["a", "b"], &["x", "y"]), group(&["a"], &["x", "z"])];
        assert_eq!(merged(groups()), texts(&[("a", "x y z"), ("b", "x y")]));
        let mut all = groups();
        all.push(group(&["a"], &[]));
        assert_eq!(merged(all), texts(&[("a", ""), ("b", "x y")]));
        let groups = vec![group(&["a"], &["n:x", "n:y", "m:y"]), group(&["a"], &["x", "n:y"])];
        assert_eq!(merged(groups), texts(&[("a", "n:y m:y x")]), "x is watched in all namespaces");
    }
}
