//! Which crates a crate depends on, in whatever configuration, as the lock files have it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A client, or an async runtime.
const IO: [&str; 6] = ["hyper", "k8s-openapi", "kube-client", "rustls", "tokio", "tower"];

/// The packages of a lock file, and the names of those that each depends on.
struct Lock(BTreeMap<String, Vec<String>>);

impl Lock {
    fn read(file: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        Self::parse(&fs::read_to_string(root.join(file)).unwrap())
    }

    fn parse(text: &str) -> Self {
        let mut packages = BTreeMap::<_, Vec<_>>::new();
        for package in text.split("[[package]]").skip(1) {
            let name = package.lines().find_map(|line| line.strip_prefix("name = \""));
            let name = name.expect("a package has a name").trim_end_matches('"');
            // Of several versions, and of dependencies with their version, only the name counts.
            let dependencies = package
                .lines()
                .filter_map(|line| line.strip_prefix(" \"")?.split([' ', '"']).next());
            packages.entry(name.to_owned()).or_default().extend(dependencies.map(str::to_owned));
        }
        Self(packages)
    }

    /// All that a package depends on, directly or not.
    fn dependencies_of<'a>(&'a self, package: &'a str) -> BTreeSet<&'a str> {
        let (mut found, mut left) = (BTreeSet::new(), vec![package]);
        while let Some(package) = left.pop() {
            for dependency in &self.0[package] {
                if found.insert(dependency.as_str()) {
                    left.push(dependency);
                }
            }
        }
        found
    }

    /// Those of them that do I/O.
    fn io_of(&self, package: &str) -> Vec<&'static str> {
        let dependencies = self.dependencies_of(package);
        IO.into_iter().filter(|io| dependencies.contains(io)).collect()
    }
}

#[test]
fn what_does_no_io_depends_on_no_client_and_no_async_runtime() {
    for (lock, packages) in [
        ("Cargo.lock", ["watchable-core", "watch-protocol", "watchables-simulation"].as_slice()),
        ("fuzz/Cargo.lock", &["watch-protocol", "watchables-fuzz"]),
        ("benches/Cargo.lock", &["watch-protocol", "instructions"]),
    ] {
        let lock_file = Lock::read(lock);
        for package in packages {
            assert_eq!(lock_file.io_of(package), [""; 0], "{package} in {lock}");
        }
    }
}

#[test]
fn a_client_is_found_where_there_is_one() {
    assert_eq!(Lock::read("Cargo.lock").io_of("watch-runtime"), IO);
    let planted = "[[package]]\nname = \"a\"\ndependencies = [\n \"b 1.0.0\",\n]\n\n[[package]]\nname = \"b\"\n\
                   dependencies = [\n \"tokio\",\n]\n\n[[package]]\nname = \"tokio\"\n";
    assert_eq!(Lock::parse(planted).io_of("a"), ["tokio"]);
}
