//! Renders the model of a crate as the text of its files.

mod catalog;
mod catalogs;
mod docs;
mod every_type;
mod facade;
mod features;
mod groups;
mod list_keys;
mod manifest;
mod messages;
mod package;
mod paths;
mod print;
mod root;
mod traits;
mod types;
mod version;
mod wire;

use std::collections::BTreeMap;

use crate::error::Result;
use crate::model::Model;
use groups::groups;

pub(crate) use catalogs::catalogs;
pub(crate) use every_type::{every_type, tested_releases};
pub(crate) use facade::{regions, release_modules, releases};
pub(crate) use list_keys::list_keys;
pub(crate) use messages::messages;

/// File contents by path within the crate.
pub(crate) type Files = BTreeMap<String, String>;

/// Returns all files of a release's crate.
pub(crate) fn crate_files(model: &Model) -> Result<Files> {
    let mut files = Files::new();
    files.insert("Cargo.toml".to_owned(), manifest::manifest(model));
    files.insert("src/lib.rs".to_owned(), root::root(model)?);
    files.insert("src/catalog.rs".to_owned(), catalog::catalog(model)?);
    for view in &model.views {
        files.insert(format!("src/{}.rs", view.version), version::version(model, view)?);
    }
    for (group, content) in groups(model) {
        files.insert(format!("src/{group}.rs"), types::group(model, group, &content)?);
        for (version, types) in &content.versions {
            files.insert(
                format!("src/{group}/{version}.rs"),
                types::version(model, group, version, types)?,
            );
        }
    }
    package::add_texts(&mut files, manifest::readme(model));
    Ok(files)
}
