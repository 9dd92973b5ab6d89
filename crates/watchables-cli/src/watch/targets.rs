//! What to watch, as it is named on the command line.

use anyhow::bail;
use watchables::ServedResource;

use crate::resources::Finder;

/// A resource, and which of its objects.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) served: ServedResource,
    /// All, if there are none.
    pub(crate) names: Vec<String>,
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
            let names = vec![name.to_owned()];
            groups.push(Group { resources: vec![finder.find(kind).await?], names, is_open: false });
            continue;
        }
        match groups.last_mut().filter(|group| group.is_open) {
            Some(group) if !word.contains(',') && !finder.names_a_resource(word).await => {
                group.names.push(word.to_owned());
            }
            _ => {
                let resources = finder.find_all(word).await?;
                groups.push(Group { resources, names: Vec::new(), is_open: true });
            }
        }
    }
    if groups.iter().all(|group| group.resources.is_empty()) {
        bail!("no resource is named");
    }
    Ok(merge(groups))
}

/// Resources, and the names of objects that follow them.
struct Group {
    resources: Vec<ServedResource>,
    names: Vec<String>,
    /// Whether names may follow: not after `pod/web-1`.
    is_open: bool,
}

/// Returns each resource once. All of its objects include those that are named.
fn merge(groups: Vec<Group>) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
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
    for target in &mut targets {
        let mut seen = std::collections::HashSet::new();
        target.names.retain(|name| seen.insert(name.clone()));
    }
    targets
}

#[cfg(test)]
mod tests {
    use watchables::{ResourceInfo, Scope};

    use super::*;

    fn group(plurals: &[&'static str], names: &[&str]) -> Group {
        let served = |plural: &&'static str| {
            ServedResource::new(ResourceInfo::new("", "v1", "X", plural, Scope::Namespaced))
        };
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Group { resources: plurals.iter().map(served).collect(), names, is_open: true }
    }

    fn merged(groups: Vec<Group>) -> Vec<(String, String)> {
        let targets = merge(groups).into_iter();
        targets
            .map(|target| (target.served.resource.plural().to_owned(), target.names.join(" ")))
            .collect()
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
    }
}
