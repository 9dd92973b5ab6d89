//! Renders the manifest of a generated crate.

use super::features;
use super::print::header;
use crate::model::Model;

/// Returns the file `Cargo.toml`. It does not inherit the workspace's lints, which are for handwritten code.
pub(super) fn manifest(model: &Model) -> String {
    let (name, release) = (model.release.crate_name(), model.release);
    let header = header(model, "#");
    let features = features::table(model);
    format!(
        r#"{header}[package]
name = "{name}"
description = "The API types of Kubernetes {release}, watchable with the crate watchables"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
publish.workspace = true

[lib]
doctest = false
test = false

# One feature per API group, which enables the groups that its types refer to.
{features}
[dependencies]
watchable-core.workspace = true
"#
    )
}
