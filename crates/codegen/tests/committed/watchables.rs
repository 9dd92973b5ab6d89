//! Tests that exactly the types with watch operations in the specs are watchable, by scope.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::release::{list, place, releases};
use crate::source::Declared;

#[test]
fn watchables_match_the_specs_watch_operations() {
    for release in releases() {
        let mut expected = BTreeSet::new();
        for resource in release.resources() {
            for scope in list(&resource["watch"]) {
                let scope = if scope == "cluster" { "cluster_wide" } else { "namespaced" };
                let version = resource["version"].as_str().unwrap();
                for kind in ["kind", "list"] {
                    let (module, name) = release.place_of_kind(resource, &resource[kind]);
                    let shown = format!("crate::{module}::{name}");
                    assert!(expected.insert((format!("{version}::watchables::{scope}"), shown)));
                }
            }
        }
        let mut found = BTreeSet::new();
        for (path, module) in &release.modules {
            let mut parts = path.split("::");
            let (Some(version), Some("watchables")) = (parts.next(), parts.next()) else {
                continue;
            };
            let Some(scope) = parts.next() else { continue };
            for export in &module.exports {
                let (of, name) = export.rsplit_once("::").unwrap();
                // If the name belongs to another group, the type is in a module of its group.
                let group = of.strip_prefix("crate::").and_then(|of| of.split("::").next());
                let inner = parts.clone().next();
                assert!(inner.is_none() || inner == group, "{}: {path}: {name}", release.name);
                let place = format!("{version}::watchables::{scope}");
                assert!(found.insert((place, export.clone())), "{}: {export} twice", release.name);
            }
        }
        let differ: Vec<_> = found.symmetric_difference(&expected).collect();
        assert!(differ.is_empty(), "{}: in one alone: {differ:#?}", release.name);
        assert!(!expected.is_empty());
    }
}

/// Compares the attribute of watchable types, and the impls of served types that are not watchable.
#[test]
fn attributes_and_impls_match_the_resources() {
    for release in releases() {
        let mut attributes: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut impls: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for resource in release.resources() {
            let (module, name) = release.place_of_kind(resource, &resource["kind"]);
            if list(&resource["watch"]).is_empty() {
                let list = resource["list"].is_string().then(|| {
                    let (of, list) = release.place_of_kind(resource, &resource["list"]);
                    assert_eq!(of, module);
                    list
                });
                impls.entry(module).or_default().extend(unwatchable(
                    resource,
                    &name,
                    list.as_ref(),
                ));
            } else {
                let (of, list) = release.place_of_kind(resource, &resource["list"]);
                assert_eq!(of, module);
                attributes.insert(
                    (module, name),
                    watchable(resource, &list, release.is_in_protobuf(resource)),
                );
            }
        }
        for (definition, _) in release.definitions() {
            let place = place(definition);
            let Declared::Struct(found, _) = &release.modules[&place.0].types[&place.1] else {
                continue;
            };
            let derives =
                found.iter().any(|attribute| attribute.contains("watchable_core::Watchable"));
            let attribute = found.iter().find(|attribute| attribute.starts_with("#[watchable("));
            let expected = attributes.get(&place);
            assert_eq!(attribute, expected, "{}: {definition}", release.name);
            assert_eq!(derives, expected.is_some(), "{}: {definition}", release.name);
        }
        for (path, module) in &release.modules {
            let expected = impls.get(path).cloned().unwrap_or_default();
            let found: Vec<_> = module.impls.keys().collect();
            assert_eq!(found, expected.keys().collect::<Vec<_>>(), "{}: {path}", release.name);
            for (name, part) in expected {
                let text = &module.impls[&name];
                assert!(text.contains(&part), "{}: {path}: {text}", release.name);
            }
        }
    }
}

fn watchable(resource: &Value, list: &str, is_in_protobuf: bool) -> String {
    let [group, version, kind, plural] =
        ["group", "version", "kind", "plural"].map(|key| &resource[key]);
    let namespaced = if resource["scope"] == "namespaced" { "namespaced," } else { "" };
    let protobuf = if is_in_protobuf { "protobuf," } else { "" };
    format!(
        "#[watchable(group={group},version={version},kind={kind},plural={plural},{namespaced}{protobuf}list={list})]"
    )
}

/// Returns the expected impls, each with a part of its text.
fn unwatchable(resource: &Value, name: &str, list: Option<&String>) -> BTreeMap<String, String> {
    let [group, version, kind, plural] =
        ["group", "version", "kind", "plural"].map(|key| &resource[key]);
    let scope = if resource["scope"] == "namespaced" { "Namespaced" } else { "Cluster" };
    let new = format!(
        "ResourceInfo::new({group},{version},{kind},{plural},watchable_core::Scope::{scope}"
    );
    let core = |of: &str, type_: &str| format!("watchable_core::{of} for {type_}");
    let mut impls = BTreeMap::from([
        (core("Resource", name), new),
        (core("WatchItem", name), "fill_type_meta".to_owned()),
        (core("WatchTarget", name), "type Item=Self;".to_owned()),
    ]);
    if let Some(list) = list {
        impls.insert(core("Listed", name), "type Kind=Self;".to_owned());
        impls.insert(core("WatchTarget", list), format!("type Item={name};"));
    }
    impls
}
