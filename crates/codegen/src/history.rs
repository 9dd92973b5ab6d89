//! The history of definitions: which pinned releases contain each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::Result;
use crate::facts;
use crate::model::Home;
use crate::pins::Pins;
use crate::release::Release;

/// The releases of each definition.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Sorted.
    releases: Vec<Release>,
    /// By definition, sorted indices into `releases`.
    present: BTreeMap<String, Vec<usize>>,
}

impl History {
    /// Reads the definition names of every pinned release.
    pub(crate) fn read(root: &Path, pins: &Pins) -> Result<Self> {
        let mut releases: Vec<Release> = pins.releases.iter().map(|pin| pin.release).collect();
        releases.sort();
        let names = releases.iter().map(|release| facts::definition_names(root, *release));
        let names = names.collect::<Result<Vec<_>>>()?;
        Ok(Self::new(releases, names))
    }

    /// The version modules of each release, such as `v1` and `v1beta1`, in order of name.
    pub(crate) fn version_modules(&self) -> Result<Vec<(Release, BTreeSet<String>)>> {
        let mut found: Vec<_> =
            self.releases.iter().map(|release| (*release, BTreeSet::new())).collect();
        for (definition, releases) in &self.present {
            let home = Home::of(definition)?;
            for &index in releases {
                found[index].1.insert(home.view().to_owned());
            }
        }
        Ok(found)
    }

    fn new(releases: Vec<Release>, names: Vec<Vec<String>>) -> Self {
        let mut present: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, names) in names.into_iter().enumerate() {
            for name in names {
                present.entry(name).or_default().push(index);
            }
        }
        Self { releases, present }
    }

    /// Returns `In Kubernetes 1.19 and later.`, or `In Kubernetes 1.17 to 1.24.` if the definition was
    /// removed. A new release therefore changes only the sentences of what it removes or brings back.
    pub(crate) fn sentence(&self, definition: &str) -> Option<String> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for &index in self.present.get(definition)? {
            match spans.last_mut() {
                Some((_, last)) if *last + 1 == index => *last = index,
                _ => spans.push((index, index)),
            }
        }
        let newest = self.releases.len() - 1;
        let spans = spans.into_iter().map(|(first, last)| {
            let (from, to) = (self.releases[first], self.releases[last]);
            match () {
                () if last == newest => format!("{from} and later"),
                () if first == last => from.to_string(),
                () => format!("{from} to {to}"),
            }
        });
        let spans: Vec<_> = spans.collect();
        let (last, others) = spans.split_last()?;
        let spans = if others.is_empty() {
            last.clone()
        } else {
            format!("{}, and {last}", others.join(", "))
        };
        Some(format!("In Kubernetes {spans}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(releases: &[(&str, &[&str])]) -> History {
        let (releases, names): (Vec<_>, Vec<_>) = releases
            .iter()
            .map(|(release, names)| {
                let names = names.iter().map(|&name| name.to_owned()).collect();
                (release.parse::<Release>().unwrap(), names)
            })
            .unzip();
        History::new(releases, names)
    }

    #[test]
    fn sentence_names_releases_and_gaps() {
        let history = history(&[
            ("1.17", &["old", "gaps", "stays", "brief"]),
            ("1.18", &["old", "stays", "more gaps"]),
            // Not consecutive, but the next pinned release.
            ("1.20", &["old", "gaps", "stays"]),
            ("1.21", &["gaps", "stays", "more gaps"]),
            ("1.22", &["stays"]),
            ("1.23", &["stays", "new", "more gaps"]),
        ]);
        for (definition, expected) in [
            ("stays", Some("In Kubernetes 1.17 and later.")),
            ("old", Some("In Kubernetes 1.17 to 1.20.")),
            ("brief", Some("In Kubernetes 1.17.")),
            ("new", Some("In Kubernetes 1.23 and later.")),
            ("gaps", Some("In Kubernetes 1.17, and 1.20 to 1.21.")),
            ("more gaps", Some("In Kubernetes 1.18, 1.21, and 1.23 and later.")),
            ("none", None),
        ] {
            assert_eq!(history.sentence(definition).as_deref(), expected, "{definition}");
        }
    }

    #[test]
    fn newer_release_changes_only_sentences_of_removed_definitions() {
        let before = history(&[("1.17", &["stays", "goes"]), ("1.18", &["stays", "goes"])]);
        let after = history(&[
            ("1.17", &["stays", "goes"]),
            ("1.18", &["stays", "goes"]),
            ("1.19", &["stays", "comes"]),
        ]);
        assert_eq!(before.sentence("stays"), after.sentence("stays"));
        assert_eq!(before.sentence("goes").unwrap(), "In Kubernetes 1.17 and later.");
        assert_eq!(after.sentence("goes").unwrap(), "In Kubernetes 1.17 to 1.18.");
    }
}
