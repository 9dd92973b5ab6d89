//! The manifest of a generated crate.

use super::features;
use super::print::header;
use crate::model::Model;

/// The file `Cargo.toml`. It does not take on the workspace's lints: they are for what people write.
pub(super) fn manifest(model: &Model) -> String {
    let (name, release) = (model.release.crate_name(), model.release);
    let header = header(model, "#");
    let features = features::table(model);
    format!(
        r#"{header}[package]
name = "{name}"
description = "The types of Kubernetes {release}, and what of it can be watched"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
publish.workspace = true

[lib]
doctest = false
test = false

# An API group each, with the groups that its types refer to.
{features}
[dependencies]
watchable-core.workspace = true
"#
    )
}
