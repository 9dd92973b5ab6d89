//! Tests that a definition's type has the same path in every release that has it.

use std::collections::BTreeMap;
use std::fs;

use crate::release::{releases, root};

/// Reads the paths from the generated tests of types, which the compiler checks.
#[test]
fn type_has_the_same_path_in_every_release() {
    let mut places: BTreeMap<String, (String, &str)> = BTreeMap::new();
    for release in releases() {
        let file = root().join(format!("tests/model/tests/{}.rs", release.name));
        let text = fs::read_to_string(file).unwrap();
        let mut types = 0;
        for line in text.lines().filter_map(|line| line.trim().strip_prefix("Type::of::<")) {
            let (path, definition) = line.split_once(">(\"").unwrap();
            let definition = definition.strip_suffix("\"),").unwrap();
            let path = path.strip_prefix(&format!("{}::", release.name)).unwrap();
            let (before, of) =
                places.entry(definition.to_owned()).or_insert((path.to_owned(), &release.name));
            assert_eq!(before, path, "{definition} in {of} and in {}", release.name);
            types += 1;
        }
        assert_eq!(types, release.definitions().count(), "{}", release.name);
    }
}
