//! What is compiled into the program, or for it: packages, and which of them needs which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::PACKAGE;
use crate::cargo;
use crate::error::{Failure, Result};
use crate::files;
use crate::process;

/// Name and version.
pub(super) type Id = (String, String);

/// The program's package, and all that it needs.
pub(super) struct Dependencies {
    pub(super) root: Id,
    pub(super) packages: BTreeMap<Id, Package>,
}

/// A package.
#[derive(Default)]
pub(super) struct Package {
    pub(super) license: Option<String>,
    /// The SHA-256 of the packed crate; none for packages of this repository.
    pub(super) checksum: Option<String>,
    pub(super) needs: BTreeSet<Id>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    name: String,
    version: String,
    license: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// Asks cargo. `cargo tree` resolves the features of the program alone, `cargo metadata` those of the workspace.
pub(super) fn read(root: &Path, target: &str) -> Result<Dependencies> {
    let tree = cargo(
        root,
        &["tree", "-p", PACKAGE, "-e", "normal,build", "--target", target, "--prefix", "depth"],
    )?;
    let mut dependencies = parse_tree(&tree)?;
    let broken = |error: &dyn std::fmt::Display| Failure::new(format!("cargo metadata: {error}"));
    let metadata = cargo(root, &["metadata", "--format-version", "1"])?;
    let metadata: Metadata = serde_json::from_str(&metadata).map_err(|error| broken(&error))?;
    for Described { name, version, license } in metadata.packages {
        if let Some(package) = dependencies.packages.get_mut(&(name, version)) {
            package.license = license;
        }
    }
    let lock: Lock = toml::from_str(&files::read(&root.join("Cargo.lock"))?)
        .map_err(|error| Failure::new(format!("Cargo.lock: {error}")))?;
    for Locked { name, version, checksum } in lock.package {
        if let Some(package) = dependencies.packages.get_mut(&(name, version)) {
            package.checksum = checksum;
        }
    }
    Ok(dependencies)
}

/// Reads lines such as `2serde v1.0.2 (*)`: the depth, the package, and what is of no interest here.
fn parse_tree(text: &str) -> Result<Dependencies> {
    let mut packages: BTreeMap<Id, Package> = BTreeMap::new();
    let mut path: Vec<Id> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let unexpected = || Failure::new(format!("cargo tree printed {line:?}"));
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let depth: usize = line[..digits].parse().map_err(|_| unexpected())?;
        let mut words = line[digits..].split(' ');
        let (name, version) = words.next().zip(words.next()).ok_or_else(unexpected)?;
        let version = version.strip_prefix('v').ok_or_else(unexpected)?;
        let id = (name.to_owned(), version.to_owned());
        if depth > path.len() {
            return Err(unexpected());
        }
        path.truncate(depth);
        if let Some(parent) = path.last() {
            packages.entry(parent.clone()).or_default().needs.insert(id.clone());
        }
        packages.entry(id.clone()).or_default();
        path.push(id);
    }
    let root = packages.keys().find(|(name, _)| name == PACKAGE).cloned();
    let root = root.ok_or_else(|| Failure::new(format!("cargo tree does not name {PACKAGE}")))?;
    Ok(Dependencies { root, packages })
}

fn cargo(root: &Path, args: &[&str]) -> Result<String> {
    let mut command = cargo::command();
    command.current_dir(root).args(args).arg("--locked");
    process::output(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tree_is_read_with_what_it_repeats() {
        let tree = "0watchables-cli v0.1.0 (/source/crates/watchables-cli)\n1a v1.0.0\n2b v2.0.0\n\
                    1c v3.0.0 (proc-macro)\n2b v2.0.0 (*)\n";
        let dependencies = parse_tree(tree).unwrap();
        let id = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let needs = |name: &str, version: &str| &dependencies.packages[&id(name, version)].needs;
        assert_eq!(dependencies.root, id("watchables-cli", "0.1.0"));
        assert_eq!(*needs("watchables-cli", "0.1.0"), [id("a", "1.0.0"), id("c", "3.0.0")].into());
        assert_eq!(*needs("c", "3.0.0"), [id("b", "2.0.0")].into());
        assert!(needs("b", "2.0.0").is_empty());
    }

    #[test]
    fn unexpected_lines_are_named() {
        for tree in ["watchables-cli v0.1.0", "0watchables-cli", "1a v1.0.0", "0other v1.0.0"] {
            let error = parse_tree(tree).err().expect("it is refused").to_string();
            assert!(error.contains("cargo tree"), "{error}");
        }
    }
}
