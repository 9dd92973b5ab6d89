//! The page of settings names every setter of the public builders, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use watchables_guide::{repository, setters, source};

const CRATES: [&str; 8] = [
    "embedded-apiserver",
    "watch-durable",
    "watch-filter",
    "watch-protocol",
    "watch-recording",
    "watch-runtime",
    "watch-store",
    "watchables",
];

/// Types whose methods return them changed, and which are no settings.
const NO_SETTINGS: [&str; 3] = ["RequestBuilder", "StoreError", "WatchError"];

/// Settings that are public fields.
const FIELDS: [(&str, &str); 1] = [("StreamOptions", "manage_resource_version")];

/// Blocking forms that have another name, and what they are the form of. The others share its section by their name.
const BLOCKING: [(&str, &str); 1] = [("DurableEvents", "DurableStream")];

/// The first cells of the tables below each heading that is a single word.
fn rows() -> BTreeMap<String, BTreeSet<String>> {
    let page = std::fs::read_to_string(source().join("settings.md")).unwrap();
    let mut rows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for section in page.split("\n## ").skip(1) {
        let (heading, text) = section.split_once('\n').unwrap();
        let Some((_, table)) = text.split_once("| setting |") else { continue };
        let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        let cells = lines.map(|line| {
            let cell = line.split('|').nth(1).unwrap().trim();
            cell.trim_matches('`').to_owned()
        });
        rows.entry(heading.to_owned()).or_default().extend(cells);
    }
    rows
}

#[test]
fn settings_page_has_each_setter_and_no_other() {
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in CRATES {
        for (of, names) in setters(&repository().join("crates").join(name).join("src")).unwrap() {
            expected.entry(of).or_default().extend(names);
        }
    }
    for name in NO_SETTINGS {
        assert!(expected.remove(name).is_some(), "{name} has no such methods any more");
    }
    for (blocking, of) in BLOCKING {
        let names = expected.remove(blocking);
        let names = names.unwrap_or_else(|| panic!("{blocking} has no setters any more"));
        assert_eq!(expected.get(of), Some(&names), "{blocking} has not the setters of {of}");
    }
    for (of, name) in FIELDS {
        expected.entry(of.to_owned()).or_default().insert(name.to_owned());
    }
    assert!(expected.len() > 10, "only {} types were found", expected.len());
    let page = rows();
    let mut faults = Vec::new();
    for (of, names) in &expected {
        let on_page = page.get(of).cloned().unwrap_or_default();
        faults.extend(names.difference(&on_page).map(|name| format!("{of}::{name} is missing")));
    }
    for (of, names) in &page {
        let in_code = expected.get(of).cloned().unwrap_or_default();
        faults.extend(names.difference(&in_code).map(|name| format!("{of}::{name} is no setting")));
    }
    assert!(faults.is_empty(), "docs/guide/src/settings.md: {}", faults.join("; "));
}

/// The facade's features, apart from the releases.
#[test]
fn settings_page_has_each_feature() {
    let manifest =
        std::fs::read_to_string(repository().join("crates/watchables/Cargo.toml")).unwrap();
    let (_, features) = manifest.split_once("[features]\n").unwrap();
    let (features, _) = features.split_once("\n[").unwrap();
    let page = std::fs::read_to_string(source().join("settings.md")).unwrap();
    let names = features.lines().filter_map(|line| Some(line.split_once(" = ")?.0));
    let names: Vec<_> =
        names.filter(|name| *name != "default" && !name.starts_with("rel_")).collect();
    assert!(names.len() > 3, "only {names:?} were found");
    for name in names {
        assert!(
            page.contains(&format!("| `{name}` |")),
            "settings.md has no row for the feature {name}"
        );
    }
}
