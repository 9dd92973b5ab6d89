//! Compares a release's catalog with the resources of its spec.

use std::collections::BTreeSet;

use serde_json::Value;
use watchable_core::{CatalogEntry, Scope};

use crate::facts::Facts;

/// Checks that the catalog has exactly the spec's resources that have a kind, with list kind, scope and verbs,
/// and that `release-catalogs` has the same.
///
/// # Panics
///
/// Panics if they differ.
pub fn matches_served_resources(release: &str, catalog: &[CatalogEntry]) {
    let facts = Facts::read(release);
    let expected: BTreeSet<String> = facts
        .resources
        .iter()
        .filter(|resource| !resource["kind"].is_null())
        .map(|resource| of_facts(release, resource))
        .collect();
    let found: BTreeSet<String> = catalog.iter().map(of_entry).collect();
    assert!(found.len() == catalog.len() && !expected.is_empty(), "{release}: duplicate entry");
    let differ: Vec<_> = found.symmetric_difference(&expected).collect();
    assert!(differ.is_empty(), "{release}: only in the spec or only in the catalog: {differ:#?}");
    let same = release_catalogs::catalog(release).expect("release-catalogs has every release");
    assert!(same == catalog, "release-catalogs differs from the CATALOG of {release}");
    for entry in catalog {
        assert_eq!(entry.singular, entry.resource.kind().to_lowercase(), "{release}");
    }
}

/// The verbs of most resources.
const ALL_VERBS: [&str; 8] =
    ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

fn of_facts(release: &str, resource: &Value) -> String {
    let text = |key: &str| resource[key].as_str().unwrap_or("-").to_owned();
    let mut verbs: Vec<&str> =
        resource["verbs"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    // The generator's workaround `lists_without_writes`: that spec lacks their other operations.
    if release == "1.37" && verbs == ["list", "watch"] {
        verbs = ALL_VERBS.to_vec();
    }
    line(
        &[
            text("group"),
            text("version"),
            text("kind"),
            text("plural"),
            text("scope"),
            text("list"),
        ],
        &verbs,
    )
}

fn of_entry(entry: &CatalogEntry) -> String {
    let resource = &entry.resource;
    let scope = match resource.scope() {
        Scope::Cluster => "cluster",
        Scope::Namespaced => "namespaced",
    };
    let texts = [
        resource.group(),
        resource.version(),
        resource.kind(),
        resource.plural(),
        scope,
        entry.list_kind.unwrap_or("-"),
    ];
    line(&texts.map(str::to_owned), entry.verbs)
}

fn line(texts: &[String; 6], verbs: &[&str]) -> String {
    format!("{} {}", texts.join(" "), verbs.join(","))
}
