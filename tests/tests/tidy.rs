//! Habits of this repository that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

/// Files longer than this hold more than one concept, as a rule.
const LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository's root")
}

/// Our own Rust files: neither generated ones nor fixtures that are wrong on purpose.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            let foreign =
                name.starts_with('.') || ["target", "models", "ui", "fixtures"].contains(&name);
            if !foreign {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_file_says_first_what_it_is_for_and_is_not_long() {
    let mut files = Vec::new();
    sources(root(), &mut files);
    assert!(files.len() > 100, "only {} files were found", files.len());
    let mut faults = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        if text.starts_with("// @generated ") {
            continue;
        }
        let said = text.lines().find(|line| !line.starts_with("// ") && !line.is_empty());
        if !said.is_some_and(|line| line.starts_with("//! ")) {
            faults.push(format!("{} does not start with a //! line", file.display()));
        }
        let lines = text.lines().count();
        if lines > LINES {
            faults.push(format!("{} has {lines} lines", file.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The shim's lock file decides what `cargo xtask` is built from: the same as the tests.
#[test]
fn xtask_is_built_from_the_versions_that_are_tested() {
    let versions = |lock: &str| -> Vec<(String, String)> {
        let text = fs::read_to_string(root().join(lock)).unwrap();
        let packages = text.split("[[package]]").skip(1);
        let value = |package: &str, key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim_matches(|c: char| " =\"".contains(c)).to_owned()
        };
        packages.map(|p| (value(p, "name"), value(p, "version"))).collect()
    };
    let tested = versions("Cargo.lock");
    let other: Vec<_> = versions("xtask/Cargo.lock")
        .into_iter()
        .filter(|package| package.0 != "xtask" && !tested.contains(package))
        .collect();
    assert!(
        other.is_empty(),
        "xtask/Cargo.lock has other versions: {other:?}; copy Cargo.lock over it and run `cargo xtask regen`"
    );
}
