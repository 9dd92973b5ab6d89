//! Tests that version modules re-export every type of their version, and each name once.

use std::collections::{BTreeMap, BTreeSet};

use crate::release::{place, releases};

/// The group that owns a name that several groups have, for the most used names.
const SHARED: [(&str, &str, &str); 8] = [
    ("v1", "Event", "core"),
    ("v1beta1", "Ingress", "networking"),
    ("v1beta1", "Deployment", "apps"),
    ("v1", "Subject", "rbac"),
    ("v1", "ServiceReference", "apiextensions"),
    ("v1", "TokenRequest", "authentication"),
    ("v1", "ResourceClaim", "core"),
    ("v1beta1", "PodDisruptionBudget", "policy"),
];

#[test]
fn version_module_exports_each_name_once() {
    let mut seen = BTreeSet::new();
    for release in releases() {
        let mut groups: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for (definition, _) in release.definitions() {
            let (module, name) = place(definition);
            let version = module.split_once("::").map_or("v1", |(_, version)| version).to_owned();
            groups.entry((version, name)).or_default().insert(module);
        }
        let versions: BTreeSet<&String> = groups.keys().map(|(version, _)| version).collect();
        let mut shown: BTreeMap<(String, String), String> = BTreeMap::new();
        for version in versions {
            for export in &release.modules[version].exports {
                let (module, name) = export.rsplit_once("::").unwrap();
                let module = module.strip_prefix("crate::").unwrap().to_owned();
                let before = shown.insert((version.clone(), name.to_owned()), module);
                assert!(before.is_none(), "{}: {version} shows {name} twice", release.name);
            }
        }
        assert!(shown.keys().eq(groups.keys()), "{}: other names are shown", release.name);
        for ((version, name), module) in &shown {
            let of = &groups[&(version.clone(), name.clone())];
            let place = format!("{}: {version}::{name}, which is {module}'s", release.name);
            assert!(of.contains(module), "{place}");
            let core = of.iter().find(|module| module.starts_with("core::"));
            assert!(core.is_none_or(|core| core == module), "{place}: core comes first");
            let gone = module.starts_with("extensions::");
            assert!(!gone || of.len() == 1, "{place}: extensions comes last");
            for (_, _, group) in SHARED.iter().filter(|(v, n, _)| v == version && n == name) {
                if of.len() > 1 && of.iter().any(|m| m.split("::").next() == Some(group)) {
                    assert_eq!(module.split("::").next(), Some(*group), "{place}");
                    seen.insert((version.clone(), name.clone()));
                }
            }
        }
        let root = &release.modules[""].exports;
        assert!(root.contains(&"v1::*".to_owned()), "{}: the root shows {root:?}", release.name);
    }
    let least = if cfg!(feature = "every-release") { 6 } else { 5 };
    assert!(seen.len() >= least, "too few shared names were found: {seen:?}");
}
