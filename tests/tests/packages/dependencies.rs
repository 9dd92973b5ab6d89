//! What others have written: under which licences, from where, and in how many versions. `deny.toml` says what is allowed,
//! for `cargo deny` as well.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use spdx::{Expression, ParseMode};

use crate::metadata::{packages, root};

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

/// What one package may have, too.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    package: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    skip: Vec<Skip>,
}

/// An older version that we live with.
#[derive(Deserialize)]
struct Skip {
    /// `name@version`.
    #[serde(rename = "crate")]
    package: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

fn deny() -> Deny {
    let text = fs::read_to_string(root().join("deny.toml")).expect("deny.toml is read");
    toml::from_str(&text).expect("deny.toml has what is compared here")
}

/// Why a licence is not allowed; `None` if it is.
fn forbidden(license: Option<&str>, allowed: &[String]) -> Option<String> {
    let Some(license) = license else { return Some("names no licence".to_owned()) };
    let expression = match Expression::parse_mode(license, ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => return Some(format!("has the licence {license:?}: {error}")),
    };
    let is_allowed = expression.evaluate(|required| {
        let name = required.license.to_string();
        let exception =
            required.addition.as_ref().map(|exception| format!("{name} WITH {exception}"));
        allowed.contains(&exception.unwrap_or(name))
    });
    (!is_allowed).then(|| format!("is under {license}, which deny.toml does not allow"))
}

#[test]
fn every_licence_is_allowed() {
    let Licenses { allow, exceptions } = deny().licenses;
    let faults = packages().iter().filter_map(|package| {
        let excepted = exceptions.iter().filter(|exception| exception.package == package.name);
        let allowed = excepted.flat_map(|exception| &exception.allow).chain(&allow).cloned();
        let fault = forbidden(package.license.as_deref(), &allowed.collect::<Vec<_>>())?;
        Some(format!("{} {} {fault}", package.name, package.version))
    });
    let faults: Vec<_> = faults.collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let gone = exceptions
        .iter()
        .filter(|exception| !packages().iter().any(|package| package.name == exception.package));
    let gone: Vec<_> = gone.map(|exception| &exception.package).collect();
    assert!(gone.is_empty(), "deny.toml, `exceptions`: {gone:?} are no dependencies any more");
}

#[test]
fn licences_are_read_as_expressions() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    for license in ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "Apache-2.0 WITH LLVM-exception"] {
        assert_eq!(forbidden(Some(license), &allowed), None, "{license}");
    }
    for license in ["MIT AND GPL-3.0", "GPL-3.0", "Apache-2.0", "own"] {
        assert!(forbidden(Some(license), &allowed).is_some(), "{license}");
    }
    assert!(forbidden(None, &allowed).is_some());
}

#[test]
fn everything_comes_from_the_registry() {
    let allowed: Vec<_> =
        deny().sources.allow_registry.iter().map(|url| format!("registry+{url}")).collect();
    let strange: Vec<_> = packages()
        .iter()
        .filter(|package| package.source.as_ref().is_some_and(|source| !allowed.contains(source)))
        .map(|package| format!("{} comes from {:?}", package.name, package.source))
        .collect();
    assert!(strange.is_empty(), "{}", strange.join("\n"));
}

#[test]
fn no_dependency_takes_any_version() {
    let faults: Vec<_> = packages()
        .iter()
        .filter(|package| package.is_ours())
        .flat_map(|package| package.dependencies.iter().map(move |other| (package, other)))
        .filter(|(_, other)| other.req == "*" && other.path.is_none())
        .map(|(package, other)| format!("{} takes any version of {}", package.name, other.name))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A second version of a package is compiled and linked, too: each has a reason, which is gone when it is.
#[test]
fn every_second_version_has_a_reason() {
    let mut versions: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for package in packages() {
        versions.entry(&package.name).or_default().insert(semver(&package.version));
    }
    let older: BTreeSet<_> = versions
        .iter()
        .flat_map(|(name, versions)| versions.iter().rev().skip(1).map(move |v| (name, v)))
        .map(|(name, (_, version))| format!("{name}@{version}"))
        .collect();
    let skipped: BTreeMap<_, _> =
        deny().bans.skip.into_iter().map(|skip| (skip.package, skip.reason)).collect();
    let new: Vec<_> = older.iter().filter(|package| !skipped.contains_key(*package)).collect();
    assert!(
        new.is_empty(),
        "there is a newer version of {new:?}, too: say why in deny.toml, `skip`"
    );
    let gone: Vec<_> = skipped.keys().filter(|package| !older.contains(*package)).collect();
    assert!(gone.is_empty(), "deny.toml, `skip`: {gone:?} is no second version any more");
    assert!(skipped.values().all(|reason| !reason.is_empty()), "a reason is empty");
}

/// The numbers of a version, by which versions are sorted, and the version.
fn semver(version: &str) -> (Vec<u64>, &str) {
    let numbers = version.split(['+', '-']).next().unwrap_or_default();
    (numbers.split('.').filter_map(|number| number.parse().ok()).collect(), version)
}
