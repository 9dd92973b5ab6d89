//! Tests which fields are boxed: the same in every release, those that are large and rare, and no others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::release::root;

/// Module, type and field.
type Place = (String, String, String);

/// Returns the optional fields of every pinned release, each with the releases where it is boxed, and where not.
fn optional_fields() -> BTreeMap<Place, [Vec<String>; 2]> {
    let mut found = BTreeMap::new();
    let pins = fs::read_to_string(root().join("spec/releases.toml")).unwrap();
    let pins: toml::Table = pins.parse().unwrap();
    for pin in pins["release"].as_array().unwrap() {
        let release = format!("rel_{}", pin["release"].as_str().unwrap().replace('.', "_"));
        let source = root().join("crates/models").join(&release).join("src");
        add_folder(&source, "", &release, &mut found);
    }
    found
}

fn add_folder(
    folder: &Path,
    module: &str,
    release: &str,
    found: &mut BTreeMap<Place, [Vec<String>; 2]>,
) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let module = format!("{module}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            add_folder(&path, &module, release, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let mut type_ = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("pub struct ") {
                type_ = rest.split(' ').next().unwrap();
            } else if let Some((name, of)) =
                line.strip_prefix("    pub ").and_then(|field| field.split_once(": Option<"))
            {
                let place = (module.clone(), type_.to_owned(), name.to_owned());
                let [boxed, others] = found.entry(place).or_default();
                let releases = if of.starts_with("Box<") { boxed } else { others };
                releases.push(release.to_owned());
            }
        }
    }
}

#[test]
fn field_is_boxed_in_all_releases_or_in_none() {
    let fields = optional_fields();
    assert!(fields.values().any(|[boxed, others]| boxed.len() + others.len() > 10));
    for (place, [boxed, others]) in fields {
        let all_or_none = boxed.is_empty() || others.is_empty();
        assert!(all_or_none, "{place:?} is boxed in {boxed:?} and not in {others:?}");
    }
}

#[test]
fn large_fields_that_are_rarely_there_are_boxed_and_others_are_not() {
    let fields = optional_fields();
    for (type_, field, expected) in [
        ("Container", "liveness_probe", true),
        ("PodSpec", "affinity", true),
        ("Volume", "config_map", true),
        ("Volume", "iscsi", true),
        // There in most objects.
        ("Container", "resources", false),
        ("PodSpec", "security_context", false),
        // Small.
        ("Volume", "persistent_volume_claim", false),
        // Of a type that has a kind.
        ("Node", "status", false),
        ("Pod", "spec", false),
        // No struct.
        ("PodSpec", "priority", false),
    ] {
        let place = ("/core/v1.rs".to_owned(), type_.to_owned(), field.to_owned());
        let [boxed, others] = &fields[&place];
        assert_eq!((!boxed.is_empty(), !others.is_empty()), (expected, !expected), "{place:?}");
    }
}
