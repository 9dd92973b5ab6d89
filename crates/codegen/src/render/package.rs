//! What the generated packages have besides code: licences, and what a registry and docs.rs read of a manifest.

use super::Files;

/// The licences are files of each package, as they must be with every copy.
const LICENCES: [(&str, &str); 2] = [
    ("LICENSE-APACHE", include_str!("../../../../LICENSE-APACHE")),
    ("LICENSE-MIT", include_str!("../../../../LICENSE-MIT")),
];

/// The part of `[package]` after the description, and what docs.rs builds.
pub(super) const PACKAGE: &str = r#"version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
publish.workspace = true
readme = "README.md"
keywords = ["kubernetes", "k8s", "openapi"]
categories = ["api-bindings"]
"#;

/// The features that docs.rs enables: all of them. One target: the code is the same on each.
pub(super) const DOCS_RS: &str = r#"
[package.metadata.docs.rs]
all-features = true
targets = ["x86_64-unknown-linux-gnu"]
"#;

/// Adds the licences and the README.
pub(super) fn add_texts(files: &mut Files, readme: String) {
    let licences = LICENCES.map(|(name, text)| (name.to_owned(), text.to_owned()));
    files.extend(licences);
    files.insert("README.md".to_owned(), readme);
}
