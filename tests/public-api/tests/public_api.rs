//! A change of the public API is seen: `api/` has the API of each published crate but the models, one item a line.
//!
//! `BLESS=1 cargo test --manifest-path tests/public-api/Cargo.toml` writes the files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// The packages, and the features with which their API is looked at: those that docs.rs shows.
const PACKAGES: [&str; 12] = [
    "embedded-apiserver",
    "watch-durable",
    "watch-filter",
    "watch-protocol",
    "watch-recording",
    "watch-relay",
    "watch-runtime",
    "watch-store",
    "watch-terminal",
    "watchable-core",
    "watchable-derive",
    "watchables",
];
const FEATURES: &str = "watchables/durable,watchables/kube-runtime,watchables/metrics,\
    watchables/recording,watchables/store,watch-recording/kwok,watch-recording/replay";

/// The form of rustdoc's JSON that the crate `public-api` reads, and the version of Rust that writes it.
const FORMAT: (u64, &str) = (57, "1.95");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository's root")
}

/// Writes rustdoc's JSON of all packages, and returns the folder.
fn document() -> PathBuf {
    let cargo = || {
        let mut cargo = Command::new(env!("CARGO"));
        // `cargo test` sets variables for this package, which are not for those. Build scripts that depend on them would
        // run again, and all that depends on ring be compiled anew.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(name);
            }
        }
        cargo.current_dir(root());
        cargo
    };
    let output = cargo().args(["metadata", "--format-version=1", "--no-deps"]).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is read");
    let target = metadata["target_directory"].as_str().expect("a target directory");
    let status = cargo()
        .args(["doc", "--quiet", "--no-deps", "--locked", "--lib", "--features", FEATURES])
        .args(PACKAGES.map(|package| format!("--package={package}")))
        .env("RUSTDOC", root().join("tests/public-api/rustdoc"))
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json --cap-lints allow")
        .status()
        .unwrap();
    assert!(status.success(), "cargo doc failed: see above");
    Path::new(target).join("doc")
}

/// The public API of a package, one item a line, without what every type has from its traits.
fn api(json: &Path) -> String {
    let text =
        fs::read_to_string(json).unwrap_or_else(|error| panic!("{}: {error}", json.display()));
    let format = text.rsplit_once("\"format_version\":").map_or("", |(_, rest)| rest);
    let format: u64 =
        format.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
    let (wanted, rust) = FORMAT;
    assert!(
        format == wanted,
        "this Rust writes JSON of the form {format}, and {wanted} is read: use Rust {rust}, or another version of public-api in tests/public-api/Cargo.toml"
    );
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", json.display()));
    api.items().map(|item| format!("{item}\n")).collect()
}

#[test]
fn public_api_is_as_committed() {
    let documented = document();
    let bless = std::env::var_os("BLESS").is_some();
    let mut changed = Vec::new();
    for package in PACKAGES {
        let file = root().join(format!("api/{package}.txt"));
        let now = api(&documented.join(format!("{}.json", package.replace('-', "_"))));
        assert!(now.lines().count() > 2, "{package} has no public API");
        if bless {
            fs::write(&file, &now).unwrap();
            continue;
        }
        let committed = fs::read_to_string(&file).unwrap_or_default();
        for change in TextDiff::from_lines(committed.as_str(), now.as_str()).iter_all_changes() {
            if change.tag() != ChangeTag::Equal {
                changed.push(format!("{package}: {}{}", change.tag(), change.value().trim_end()));
            }
        }
    }
    assert!(
        changed.is_empty(),
        "the public API has changed:\n{}\nIf it is meant: BLESS=1 cargo test --manifest-path \
         tests/public-api/Cargo.toml, and a line in CHANGELOG.md",
        changed.join("\n")
    );
}

#[test]
fn every_published_crate_is_compared() {
    let mut published = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        if manifest.contains("publish.workspace = true") && folder.join("src/lib.rs").exists() {
            published.push(folder.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    published.sort();
    // Generated: what it has is in `spec`.
    published.retain(|name| name != "release-catalogs");
    assert_eq!(published, PACKAGES);
}
