//! What is published has all that a registry and its readers need; `.ci/packages` packs and compiles it.

use std::collections::BTreeSet;
use std::fs;

use crate::metadata::{Package, VERSION, our, ours, root};

/// Folders of packages that are ours alone.
const UNPUBLISHED: [&str; 3] = ["crates/codegen", "crates/envtest", "tests"];

fn published() -> impl Iterator<Item = &'static Package> {
    ours().filter(|package| package.is_published())
}

#[test]
fn exactly_what_users_need_is_published() {
    let mut faults = Vec::new();
    for package in ours() {
        let folder = package.folder().strip_prefix(root()).unwrap();
        let own = UNPUBLISHED.iter().any(|unpublished| folder.starts_with(unpublished));
        if own == package.is_published() {
            let wanted = if own { "publish = false" } else { "publish.workspace = true" };
            faults.push(format!("{}/Cargo.toml needs `{wanted}`", folder.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(published().count() > 30, "only {} packages are published", published().count());
}

/// What a package lacks.
fn lacks(package: &Package) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |is_right: bool, fault: &str| {
        if !is_right {
            faults.push(format!("{}: {fault}", package.name));
        }
    };
    check(package.version == VERSION, "another version than the workspace");
    check(package.description.as_ref().is_some_and(|text| text.len() > 20), "no description");
    check(package.license.as_deref() == Some("MIT OR Apache-2.0"), "another licence");
    check(package.repository.is_some(), "no repository");
    let readme = package.readme.as_ref().map(|readme| package.folder().join(readme));
    let title = readme.and_then(|readme| fs::read_to_string(readme).ok());
    check(
        title.is_some_and(|text| text.starts_with(&format!("# {}\n", package.name))),
        "no README.md that begins with its name",
    );
    // As crates.io demands.
    check((1..=5).contains(&package.keywords.len()), "not one to five keywords");
    for keyword in &package.keywords {
        let right = keyword.len() <= 20
            && keyword.starts_with(|c: char| c.is_ascii_alphabetic())
            && keyword.chars().all(|c| c.is_ascii_alphanumeric() || "-_+".contains(c));
        check(right, &format!("crates.io takes no keyword {keyword:?}"));
    }
    check((1..=5).contains(&package.categories.len()), "not one to five categories");
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let text = fs::read(package.folder().join(licence)).unwrap_or_default();
        let same = text == fs::read(root().join(licence)).unwrap();
        check(same, &format!("{licence} is missing, or not the repository's"));
    }
    let docs = package.metadata.pointer("/docs/rs/targets").is_some();
    check(docs || package.name == "watchables-cli", "no [package.metadata.docs.rs]");
    faults
}

#[test]
fn published_packages_are_complete() {
    let faults: Vec<_> = published().flat_map(lacks).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn published_packages_depend_on_published_ones_of_the_same_version() {
    let mut faults = Vec::new();
    for package in published() {
        for dependency in package.dependencies.iter().filter(|other| other.path.is_some()) {
            let (name, other) = (&package.name, &dependency.name);
            let is_published = our(other).is_some_and(Package::is_published);
            let fault = match (is_published, dependency.kind.as_deref(), dependency.req.as_str()) {
                (true, _, req) if req.trim_start_matches('^') == VERSION => continue,
                // Cargo leaves it out of what it publishes.
                (_, Some("dev"), "*") => continue,
                (true, _, req) => format!("needs {other} {req}, not {VERSION}"),
                (false, Some("dev"), _) => format!("needs {other}, unpublished, with a version"),
                (false, _, _) => format!("needs {other}, which is not published"),
            };
            faults.push(format!("{name} {fault}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A registry takes a package when it has all that the package names with a version, for its tests, too.
#[test]
fn packages_can_be_published_one_after_another() {
    let mut done = BTreeSet::new();
    let mut left: Vec<_> = published().collect();
    while !left.is_empty() {
        let waits = |package: &&Package| {
            let ours = package.dependencies.iter().filter(|other| other.path.is_some());
            ours.filter(|other| other.req != "*").any(|other| !done.contains(&other.name))
        };
        let (waiting, ready): (Vec<_>, Vec<_>) = left.into_iter().partition(|p| waits(p));
        let names: Vec<_> = waiting.iter().map(|package| &package.name).collect();
        assert!(!ready.is_empty(), "each of these waits for another of them: {names:?}");
        done.extend(ready.into_iter().map(|package| package.name.clone()));
        left = waiting;
    }
}

#[test]
fn docs_rs_shows_the_newest_release() {
    let newest = ours().filter(|package| package.name.starts_with("watchables-rel-"));
    let minor = |name: &str| name.rsplit('-').next().and_then(|minor| minor.parse::<u32>().ok());
    let newest = newest.filter_map(|package| minor(&package.name)).max().expect("a release");
    let features = our("watchables").unwrap().metadata.pointer("/docs/rs/features").unwrap();
    let shown = features.as_array().unwrap().iter().filter_map(|feature| feature.as_str());
    let releases: Vec<_> = shown.filter(|feature| feature.starts_with("rel_")).collect();
    assert_eq!(releases, [format!("rel_1_{newest}")], "crates/watchables/Cargo.toml, docs.rs");
}
