//! Locates the root of the repository.

use std::path::{Path, PathBuf};

use crate::error::{Failure, Result};

/// Returns the given root, or the nearest folder from `start` upwards with `spec/` and `crates/`.
///
/// # Errors
///
/// Fails if the given root, or every parent folder, lacks `spec/` or `crates/`.
pub fn find(given: Option<PathBuf>, start: &Path) -> Result<PathBuf> {
    let is_root = |folder: &Path| folder.join("spec").is_dir() && folder.join("crates").is_dir();
    match given {
        Some(root) if is_root(&root) => Ok(root),
        Some(root) => Err(no_root(&format!("{} is not the repository's root", root.display()))),
        None => {
            start.ancestors().find(|folder| is_root(folder)).map(Path::to_owned).ok_or_else(|| {
                no_root(&format!("{} is not inside the repository", start.display()))
            })
        }
    }
}

fn no_root(what: &str) -> Failure {
    Failure::new(format!("{what}: it has no spec/ and crates/"))
        .hint("run it inside a checkout, or pass one with --root")
}
