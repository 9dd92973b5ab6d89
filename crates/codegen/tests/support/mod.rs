//! Shared by the tests: a small repository in a temporary folder, and a way to run the program in it.

// Each test file uses only a part of this.
#![allow(dead_code, unreachable_pub)]

mod proto_files;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use proto_files::proto_files;
use serde_json::Value;
use tempfile::TempDir;

/// A handwritten spec that covers every feature.
pub const SMALL: &str = include_str!("../fixtures/small.json");

/// The path of the spec of release 1.99 below a base URL, with the default tag.
pub const SPEC_PATH: &str = "v1.99.0/api/openapi-spec/swagger.json";

const FACADE: &str = "\
[features]
default = []
# @generated features: begin (cargo xtask regen)
# @generated features: end

[dependencies]
# @generated dependencies: begin (cargo xtask regen)
# @generated dependencies: end
";

const TESTS: &str = "\
[features]
# @generated features: begin (cargo xtask regen)
# @generated features: end

[dependencies]
# @generated releases: begin (cargo xtask regen)
# @generated releases: end

# @generated tests: begin (cargo xtask regen)
# @generated tests: end
";

/// A repository in a temporary folder.
pub struct Repository {
    folder: TempDir,
}

/// The output and exit code of the program.
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Repository {
    pub fn new() -> Self {
        let repository = Self { folder: TempDir::new().unwrap() };
        fs::create_dir_all(repository.path("spec")).unwrap();
        fs::create_dir_all(repository.path("crates/watchables/src")).unwrap();
        repository.write("crates/watchables/Cargo.toml", FACADE);
        repository.write("tests/model/Cargo.toml", TESTS);
        repository
    }

    /// Returns a repository with a spec fetched and generated as release 1.99.
    pub fn generated(spec: &str) -> Self {
        let repository = Self::new();
        repository.fetch_text(spec).succeeded();
        repository.run(&["regen"]).succeeded();
        repository
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Puts a spec into the folder `mirror` and fetches it with `file://`.
    pub fn fetch_text(&self, spec: &str) -> Outcome {
        self.fetch_as("1.99", spec)
    }

    /// As [`Self::fetch_text`], for another release.
    pub fn fetch_as(&self, release: &str, spec: &str) -> Outcome {
        self.mirror_as(release, spec);
        self.run(&["fetch", release, "--base-url", &self.mirror()])
    }

    /// Puts a spec and `.proto` files that fit it into the mirror without fetching them.
    pub fn mirror_as(&self, release: &str, spec: &str) {
        self.write(&format!("mirror/v{release}.0/api/openapi-spec/swagger.json"), spec);
        for (path, text) in proto_files(spec) {
            self.write(&format!("mirror/v{release}.0/staging/src/{path}"), &text);
        }
    }

    /// Compares two releases with `diff --json`.
    pub fn diff(&self, from: &str, to: &str) -> Value {
        let outcome = self.run(&["diff", from, to, "--json"]);
        outcome.succeeded();
        serde_json::from_str(&outcome.stdout).unwrap()
    }

    pub fn mirror(&self) -> String {
        format!("file://{}", self.path("mirror").display())
    }

    pub fn run(&self, args: &[&str]) -> Outcome {
        run_in(self.folder.path(), args)
    }

    /// Returns every file below a folder with its content.
    pub fn snapshot(&self, folder: &str) -> BTreeMap<PathBuf, String> {
        fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.insert(path.clone(), fs::read_to_string(&path).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(&self.path(folder), &mut found);
        found
    }
}

/// Runs the program for the repository at `root`, with the tests' target folder.
pub fn run_in(root: &Path, args: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_watchables-codegen"))
        .args(args)
        .arg("--root")
        .arg(root)
        .env("NO_PROXY", "*")
        .env("CARGO_TARGET_DIR", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(!stderr.contains("panicked"), "{stderr}");
    Outcome { code: output.status.code().unwrap(), stdout, stderr }
}

/// Returns the root of this repository.
pub fn real_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// Returns the small spec with changes.
pub fn small_with(change: impl FnOnce(&mut Value)) -> String {
    let mut spec = serde_json::from_str(SMALL).unwrap();
    change(&mut spec);
    spec.to_string()
}

impl Outcome {
    #[track_caller]
    pub fn succeeded(&self) {
        assert_eq!(self.code, 0, "{}", self.stderr);
    }

    /// Asserts that it failed with an error and a hint that contain all parts.
    #[track_caller]
    pub fn failed_with(&self, parts: &[&str]) {
        assert_eq!(self.code, 1, "{}", self.stderr);
        assert!(
            self.stderr.contains("error: ") && self.stderr.contains("hint: "),
            "{}",
            self.stderr
        );
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in: {}", self.stderr);
        }
    }
}
