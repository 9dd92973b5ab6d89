//! Tests of the Cargo features: code behind a feature refers only to what the feature enables.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules that are always compiled, which must not refer to an API group.
const ALWAYS: [&str; 5] = ["intstr", "meta", "resource", "runtime", "version"];

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join("crates/models")
}

/// Returns the features that each feature enables in the manifest.
fn features(release: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let manifest: toml::Table =
        fs::read_to_string(release.join("Cargo.toml")).unwrap().parse().unwrap();
    let features = manifest["features"].as_table().unwrap().iter();
    features
        .map(|(name, needed)| {
            let needed = needed.as_array().unwrap().iter();
            (name.clone(), needed.map(|other| other.as_str().unwrap().to_owned()).collect())
        })
        .collect()
}

fn closure(features: &BTreeMap<String, BTreeSet<String>>, feature: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([feature.to_owned()]);
    let mut next = vec![feature.to_owned()];
    while let Some(name) = next.pop() {
        for needed in &features[&name] {
            if found.insert(needed.clone()) {
                next.push(needed.clone());
            }
        }
    }
    found
}

/// Returns the modules that a file refers to: `crate::core::…`.
fn referred(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.split("::").next().unwrap().to_owned())
        .collect()
}

fn files(group: &Path) -> Vec<PathBuf> {
    let below = fs::read_dir(group).into_iter().flatten().map(|entry| entry.unwrap().path());
    below.chain([group.with_extension("rs")]).collect()
}

#[test]
fn group_refers_only_to_enabled_modules() {
    let mut releases = 0;
    for release in fs::read_dir(models()).unwrap().map(|entry| entry.unwrap().path()) {
        releases += 1;
        let features = features(&release);
        let (mut all, default) = (features["all"].clone(), &features["default"]);
        assert_eq!(*default, BTreeSet::from(["all".to_owned()]));
        all.extend(["all", "default"].map(str::to_owned));
        assert_eq!(all, features.keys().cloned().collect(), "{}", release.display());
        for feature in features.keys().filter(|name| !["all", "default"].contains(&name.as_str())) {
            let enabled_modules = closure(&features, feature);
            for file in files(&release.join("src").join(feature)) {
                for module in referred(&file) {
                    let enabled =
                        enabled_modules.contains(&module) || ALWAYS.contains(&module.as_str());
                    assert!(enabled, "{}: {module} is not enabled by the feature", file.display());
                }
            }
        }
        for module in ALWAYS.iter().filter(|name| **name != "resource") {
            for file in files(&release.join("src").join(module)).iter().filter(|f| f.exists()) {
                for module in referred(file) {
                    assert!(ALWAYS.contains(&module.as_str()), "{}: {module}", file.display());
                }
            }
        }
    }
    assert!(releases >= 20, "{releases}");
}

#[test]
fn every_enabled_feature_is_needed() {
    let newest = models().join("rel_1_37");
    let features = features(&newest);
    assert_eq!(features["core"], BTreeSet::new());
    assert_eq!(features["apps"], BTreeSet::from(["core".to_owned()]));
    for (feature, needed) in
        features.iter().filter(|(name, _)| *name != "all" && *name != "default")
    {
        let referred: BTreeSet<_> =
            files(&newest.join("src").join(feature)).iter().flat_map(|f| referred(f)).collect();
        for other in needed {
            assert!(referred.contains(other), "{feature} does not need {other}");
        }
    }
}
