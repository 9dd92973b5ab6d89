//! What is committed: fresh, and complete by the counts of the specs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use codegen::generate::{Mode, generate};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// Name of the crate, and facts, of every committed release.
fn releases() -> Vec<(String, Value)> {
    let pins: toml::Table =
        fs::read_to_string(root().join("spec/releases.toml")).unwrap().parse().unwrap();
    let releases = pins["release"].as_array().unwrap().iter().map(|pin| {
        let name = format!("rel_{}", pin["release"].as_str().unwrap().replace('.', "_"));
        let facts = fs::read_to_string(root().join(format!("spec/{name}.json"))).unwrap();
        (name, serde_json::from_str(&facts).unwrap())
    });
    releases.collect()
}

#[test]
fn the_repository_is_fresh() {
    let changes = generate(&root(), &[], Mode::Check).unwrap();
    let lines: Vec<_> = changes.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn every_definition_has_a_type() {
    for (name, facts) in releases() {
        let source = root().join("crates/models").join(&name).join("src");
        let mut types = 0;
        for group in fs::read_dir(&source).unwrap().map(|entry| entry.unwrap().path()) {
            let stem = group.file_stem().unwrap().to_str().unwrap();
            if stem == "lib" || stem == "catalog" || is_version(stem) {
                continue;
            }
            let files = if group.is_dir() {
                fs::read_dir(&group).unwrap().map(|entry| entry.unwrap().path()).collect()
            } else {
                vec![group]
            };
            types += files.iter().flat_map(|file| items(file)).filter(is_type).count();
        }
        assert_eq!(types, facts["definitions"].as_object().unwrap().len(), "{name}");
    }
}

#[test]
fn the_watchables_are_those_of_the_specs_watch_operations() {
    for (name, facts) in releases() {
        let mut expected = BTreeSet::new();
        for resource in facts["resources"].as_array().unwrap() {
            let text = |key: &str| resource[key].as_str().unwrap().to_owned();
            for scope in resource["watch"].as_array().into_iter().flatten() {
                let module = if scope == "cluster" { "cluster_wide" } else { "namespaced" };
                let group = text("group").split('.').next().unwrap().to_owned();
                let group = match group.as_str() {
                    "" => "core".to_owned(),
                    "internal" => "apiserverinternal".to_owned(),
                    _ => group,
                };
                for kind in ["kind", "list"] {
                    expected.insert((
                        text("version"),
                        module.to_owned(),
                        group.clone(),
                        text(kind),
                    ));
                }
            }
        }
        let source = root().join("crates/models").join(&name).join("src");
        let mut found = BTreeSet::new();
        for file in fs::read_dir(&source).unwrap().map(|entry| entry.unwrap().path()) {
            let version = file.file_stem().unwrap().to_str().unwrap();
            if is_version(version) {
                for watchables in modules(&items(&file)) {
                    for scope in modules(&watchables) {
                        let scope_name = scope.ident.to_string();
                        exports(&scope, &mut |group, kind| {
                            assert!(found.insert((
                                version.to_owned(),
                                scope_name.clone(),
                                group,
                                kind
                            )));
                        });
                    }
                }
            }
        }
        assert_eq!(found, expected, "{name}");
    }
}

fn is_version(module: &str) -> bool {
    module.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn items(file: &Path) -> Vec<syn::Item> {
    syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap().items
}

fn is_type(item: &syn::Item) -> bool {
    matches!(item, syn::Item::Struct(_) | syn::Item::Type(_) | syn::Item::Use(_))
}

trait Items {
    fn all(&self) -> &[syn::Item];
}

impl Items for Vec<syn::Item> {
    fn all(&self) -> &[syn::Item] {
        self
    }
}

impl Items for syn::ItemMod {
    fn all(&self) -> &[syn::Item] {
        self.content.as_ref().map_or(&[], |(_, items)| items)
    }
}

fn modules(items: &impl Items) -> Vec<syn::ItemMod> {
    let modules = items.all().iter().filter_map(|item| match item {
        syn::Item::Mod(module) => Some(module.clone()),
        _ => None,
    });
    modules.collect()
}

/// Group and name of everything that a module and those in it re-export.
fn exports(module: &syn::ItemMod, found: &mut impl FnMut(String, String)) {
    for item in module.all() {
        match item {
            syn::Item::Mod(inner) => exports(inner, found),
            syn::Item::Use(item) => {
                let tree = &item.tree;
                let text = quote::quote!(#tree).to_string().replace(' ', "");
                let path = text.trim_start_matches("crate::");
                let (module, names) = path.rsplit_once("::").unwrap();
                let group = module.split("::").next().unwrap();
                for name in
                    names.trim_matches(['{', '}']).split(',').filter(|name| !name.is_empty())
                {
                    found(group.to_owned(), name.to_owned());
                }
            }
            _ => {}
        }
    }
}
